import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collectReports } from '../../../runners/reports/collect-reports.ts';
import { readReports } from '../../../runners/reports/read-reports.ts';
import { createTellText } from '../../../runners/reports/told-text.ts';
import { type JobEvent, jobEventSchema } from '../../../src/contract/job-event.ts';

async function workspace(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'hookline-reports-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(root, dirname(name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
}

async function collect(
  root: string,
  reports: { junit?: string[]; coverage?: string[] },
  secrets: Record<string, string> = {},
) {
  const events: JobEvent[] = [];
  const notes: string[] = [];
  await collectReports({
    spec: { reports: { junit: [], coverage: [], ...reports }, secrets },
    workspaceDir: root,
    signal: new AbortController().signal,
    now: () => 5,
    note: (text) => notes.push(text),
    report: (event) => events.push(event),
  });
  const [event] = events;
  if (event?.type !== 'reports.read' || events.length > 1) throw new Error('it reports once');
  // As control reads it.
  expect(jobEventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
  return { ...event, notes };
}

const suite = (inner: string) => `<testsuite name="s">${inner}</testsuite>`;
const failing = (name: string, message = 'no') =>
  `<testcase name="${name}" classname="Cart"><failure message="${message}"/></testcase>`;
const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/reports', name);

describe('the reports of a job', () => {
  it('are totals, failing tests with their places, and the lines covered', async () => {
    const root = await workspace({
      'shop/src/test/java/com/shop/CartTest.java': '',
      'shop/target/surefire-reports/CartTest.txt': 'not XML',
      'shop/target/surefire-reports/TEST-More.xml': suite('<testcase name="a"/>'),
    });
    await copyFile(fixture('surefire.xml'), join(root, 'shop/target/surefire-reports/TEST-Cart.xml'));
    await copyFile(fixture('node.info'), join(root, 'lcov.info'));
    const { tests, coverage, problems, notes } = await collect(root, {
      junit: ['**/target/surefire-reports', 'shop/target/surefire-reports/*.xml'],
      coverage: ['lcov.info'],
    });
    expect(tests).toMatchObject({ passed: 3, failed: 1, errors: 1, skipped: 1, durationMs: 1_234_363 });
    const file = 'shop/src/test/java/com/shop/CartTest.java';
    expect(tests?.failures).toMatchObject([
      { kind: 'failure', suite: 'com.shop.CartTest', name: 'totals', file, line: 21 },
      { kind: 'error', name: 'connects', file, line: 33 },
    ]);
    expect(tests?.failures[0]?.message).toMatch(
      /^org.opentest4j.AssertionFailedError: expected: <4> but was: <3>\n/,
    );
    expect(coverage).toEqual({ linesFound: 10, linesCovered: 6, files: 1 });
    expect(problems).toBeUndefined();
    expect(notes).toEqual([
      'reports: 6 tests: 3 passed, 1 failed, 1 broke, 1 skipped; coverage 60.0 % of 10 lines; read from 3 files in 0 ms',
    ]);
  });

  it('that are missing are a warning which names the pattern, and the others are read', async () => {
    const root = await workspace({ 'junit.xml': suite('<testcase/>'), 'empty/readme.txt': '' });
    const { tests, coverage, problems, notes } = await collect(root, {
      junit: ['target/*.xml', 'junit.xml', 'empty'],
      coverage: ['lcov.info'],
    });
    expect(tests?.passed).toBe(1);
    expect(coverage).toBeUndefined();
    expect(problems).toEqual([
      expect.stringMatching(/^reports.junit "target\/\*.xml" matches no report in the workspace/),
      'reports.junit "empty" has no report: no file in it ends in .xml',
      expect.stringContaining('reports.coverage "lcov.info" matches no report'),
    ]);
    expect(notes.filter((note) => note.startsWith('warning: reports.'))).toHaveLength(3);
  });

  it('that are broken say so, and keep what was read before', async () => {
    const root = await workspace({
      'a/broken.xml': `<testsuite><testcase/><testcase`,
      'a/empty.xml': '',
      'a/good.xml': suite(failing('x')),
      'a/other.xml': '<checkstyle/>',
      'a/utf-16.xml': '<?xml version="1.0" encoding="x-klingon"?><testsuite/>',
    });
    await writeFile(join(root, 'a/little.xml'), `\ufeff${suite('<testcase name="ö"/>')}`, 'utf16le');
    await writeFile(
      join(root, 'a/latin.xml'),
      `<?xml version="1.0" encoding="ISO-8859-1"?>${suite(failing('größer'))}`,
      'latin1',
    );
    const { tests, problems } = await collect(root, { junit: ['a'] });
    expect(tests).toMatchObject({ passed: 2, failed: 2 });
    expect(tests?.failures.map(({ name }) => name)).toEqual(['x', 'größer']);
    expect(problems).toEqual([
      'a/broken.xml could not be read, or not to its end: it ends within <testsuite> in line 1',
      'a/empty.xml could not be read, or not to its end: there is nothing in it',
      'a/other.xml could not be read, or not to its end: it is no report of JUnit: it begins with <checkstyle>',
      'a/utf-16.xml could not be read, or not to its end: it is in x-klingon, an encoding that is not known here',
    ]);
  });

  it('lead nowhere out of the workspace', async () => {
    const outside = await workspace({ 'junit.xml': suite(failing('outside')), 'src/secret.py': '' });
    const root = await workspace({
      'real/junit.xml': suite(
        '<testcase name="a" file="src/secret.py"><failure>src/secret.py:7</failure></testcase>',
      ),
    });
    await symlink(join(outside, 'junit.xml'), join(root, 'absolute.xml'));
    await symlink('real/junit.xml', join(root, 'inside.xml'));
    await symlink(outside, join(root, 'directory'));
    await symlink(join(outside, 'src'), join(root, 'src'));
    execFileSync('mkfifo', [join(root, 'pipe.xml')]);
    const { tests, problems } = await collect(root, {
      junit: ['absolute.xml', 'inside.xml', 'directory/junit.xml', 'pipe.xml', 'real/*.xml'],
    });
    expect(tests).toMatchObject({ passed: 0, failed: 1, failures: [{ name: 'a' }] });
    expect(tests?.failures[0]).not.toHaveProperty('file');
    expect(problems).toHaveLength(4);
    expect(problems?.join('\n')).toMatch(
      /absolute\.xml.*is absolute[\s\S]*inside\.xml.*not followed[\s\S]*pipe\.xml/,
    );
  });

  it('are masked before they are cut, and carry nothing that drives a terminal', async () => {
    const secret = 'correct horse battery staple';
    const long = `${'x'.repeat(1_990)}${secret}`;
    const root = await workspace({
      'junit.xml': suite(
        [
          failing(`a ${secret}`, `is ${secret}`),
          failing('b', long),
          failing('&#27;[31mred', `${secret}&#8;`),
        ].join(''),
      ),
      [`${secret}.xml`]: '<a/>',
    });
    const { at, ...told } = await collect(root, { junit: ['*.xml'] }, { TOKEN: secret });
    const text = JSON.stringify(told);
    expect(text).not.toContain('correct');
    expect(told.tests?.failures).toMatchObject([
      { name: 'a ***', message: 'is ***' },
      {},
      { name: 'red', message: '***' },
    ]);
    expect(told.tests?.failures[1]?.message).toBe(`${'x'.repeat(1_990)}***`);
    expect(told.problems?.[0]).toMatch(/^\*\*\*\.xml could not be read/);
  });

  it('of many failing tests name the first fifty', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `t${index}`);
    const root = await workspace({
      'junit.xml': suite(names.map((name) => failing(name, 'ö'.repeat(9_000))).join('')),
    });
    const { tests } = await collect(root, { junit: ['junit.xml'] });
    expect(tests?.failed).toBe(60);
    expect(tests?.failures.map(({ name }) => name)).toEqual(names.slice(0, 50));
    expect(tests?.failures.every(({ message }) => Buffer.byteLength(message) <= 2_000)).toBe(true);
  });

  it('are read as far as the limits go, and what is left out is told', async () => {
    const files = Object.fromEntries(
      ['1', '2', '3', '4'].map((n) => [`r${n}.xml`, suite('<testcase/><testcase/>')]),
    );
    const root = await workspace(files);
    await truncate(join(root, 'r1.xml'), 2_000_000);
    const options = { root, tell: createTellText([]), signal: new AbortController().signal };
    const read = await readReports(
      { junit: ['r*.xml'], coverage: [] },
      { ...options, limits: { files: 2, fileBytes: 1024 * 1024, tests: 3 } },
    );
    expect(read.tests).toMatchObject({ passed: 3 });
    expect(read.problems).toEqual([
      'r1.xml was left out: a report may have 1 MiB',
      '1 report was left out from r4.xml on: more than 2 files or 200 MiB of reports',
      '1 test was not counted: more than 3',
    ]);
  });

  it('end when the job is ended', async () => {
    const root = await workspace({ 'junit.xml': suite('<testcase/>') });
    const signal = AbortSignal.abort(new Error('lost'));
    const options = { root, tell: createTellText([]), signal };
    await expect(readReports({ junit: ['junit.xml'], coverage: [] }, options)).rejects.toThrow('lost');
  });
});
