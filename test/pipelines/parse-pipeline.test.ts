import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../pipelines/parse-pipeline.ts';
import { renderProblems } from '../../pipelines/problem.ts';

const folder = join(import.meta.dirname, '../fixtures/pipelines');
const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => readFileSync(join(folder, name), 'utf8'));

function parse(source: string) {
  const parsed = parsePipeline(source, '.hookline.yml');
  return { parsed, problems: parsed.ok ? parsed.warnings : parsed.problems };
}

/** What must hold of the answer to any text at all. */
function holds(source: string): void {
  const { parsed, problems } = parse(source);
  const lines = source.split('\n');
  for (const problem of problems) {
    expect(problem.line).toBeGreaterThan(0);
    expect(problem.line).toBeLessThanOrEqual(lines.length);
    expect(problem.column).toBeGreaterThan(0);
    expect(problem.column).toBeLessThanOrEqual((lines[problem.line - 1] ?? '').length + 1);
    expect(problem.endColumn).toBeGreaterThan(problem.column);
  }
  expect(problems.some((problem) => problem.severity === 'error')).toBe(!parsed.ok);
  renderProblems(problems, source);
}

describe('parsePipeline never throws, and every mistake has a place in the file', () => {
  it('for arbitrary text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), holds), { numRuns: 500 });
  });

  it('for text made of what YAML and the language are made of', () => {
    const word = fc.constantFrom(
      ...[
        'on',
        'jobs',
        'steps',
        'run',
        'env',
        'needs',
        'deploy',
        'artifacts',
        'name',
        'image',
        'a',
        '1.10',
        '30m',
      ],
      ...[
        ': ',
        ':\n',
        '\n',
        '\n  ',
        '\n    ',
        '- ',
        '? ',
        '[',
        ']',
        '{',
        '}',
        ', ',
        '&a ',
        '*a',
        '!x ',
        '<<: ',
      ],
      ...[
        '"',
        "'",
        '|\n',
        '>-\n',
        '#',
        '---\n',
        '...\n',
        '%YAML 1.1\n',
        '\t',
        '\r\n',
        '\u{feff}',
        '~',
        '__proto__',
      ],
    );
    const texts = fc.array(word, { maxLength: 40 }).map((words) => words.join(''));
    fc.assert(fc.property(texts, holds), { numRuns: 3000 });
  });

  it('for good and bad files with a piece cut out or put in', () => {
    const edits = fc.tuple(fc.constantFrom(...fixtures), fc.nat(), fc.nat(30), fc.string({ maxLength: 5 }));
    const texts = edits.map(([source, at, cut, put]) => {
      const start = at % (source.length + 1);
      return source.slice(0, start) + put + source.slice(start + cut);
    });
    fc.assert(fc.property(texts, holds), { numRuns: 1500 });
  });

  it('for arbitrary values in the places of good ones', () => {
    const values = fc.object({
      key: fc.constantFrom(
        'on',
        'push',
        'jobs',
        'test',
        'steps',
        'run',
        'env',
        'deploy',
        'artifact',
        'local',
        'needs',
      ),
      maxDepth: 5,
    });
    fc.assert(
      fc.property(values, (value) => holds(JSON.stringify(value))),
      { numRuns: 500 },
    );
  });
});

const range = (length: number) => Array.from({ length }, (_, index) => index);

describe('limits', () => {
  const wrap = (script: string) => `image: node:24\nsteps:\n  - |\n    ${script}\n`;

  it('a script of 100 KiB is taken, one byte more is not', () => {
    expect(parse(wrap('x'.repeat(100 * 1024 - 1))).parsed.ok).toBe(true);
    expect(parse(wrap('x'.repeat(100 * 1024))).problems).toMatchObject([
      { path: 'steps[0]', expected: expect.stringContaining('at most 100 KiB') },
    ]);
  });

  it('a file of more than 256 KiB is refused unread, in bytes rather than characters', () => {
    expect(parse(`# ${'ä'.repeat(128 * 1024)}\nimage: node:24\nsteps: [make]\n`).problems).toMatchObject([
      { line: 1, message: 'the file is too long' },
    ]);
  });

  it('a file of nothing but mistakes is answered with the first two hundred', () => {
    const source = `image: node:24\nsteps:\n${'  - { run: 1 }\n'.repeat(400)}`;
    const { problems } = parse(source);
    expect(problems).toHaveLength(200);
    expect(problems.at(-1)?.message).toContain('200 more mistakes');
  });

  it.each([
    [
      'a long chain of jobs',
      `image: a\njobs:\n${Array.from({ length: 8000 }, (_, n) => `  j${n}: { needs: j${n + 1} }\n`).join('')}`,
    ],
    ['many keys', Array.from({ length: 20_000 }, (_, n) => `k${n}: 1\n`).join('')],
    ['many aliases', `env: &a { A: x }\nsteps:\n${'- *a\n'.repeat(40_000)}`],
    ['brackets without end', '['.repeat(250_000)],
    ['dashes without end', '- '.repeat(120_000)],
    [
      'matrices that leave next to nothing of much',
      `image: a\nenv: &v { n: 1 }\njobs:\n${Array.from(
        { length: 150 },
        (_, n) =>
          `  j${n}: { matrix: { n: [1${Array.from({ length: 199 }, (_, i) => `,${i + 2}`).join('')}], m: [1, 2],` +
          ` exclude: [{ m: 1 }, { m: 2 }${', *v'.repeat(90)}] }, steps: [a], image: '{matrix.n}' }\n`,
      ).join('')}`,
    ],
    [
      'templates that extend many others, many times over',
      `image: a\ntemplates:\n${range(100)
        .map(
          (n) =>
            `  t${n}: { extends: [${range(20).map((k) => `t${Math.max(0, n - k)}`)}], env: { A${n}: b } }`,
        )
        .join('\n')}\njobs:\n${range(200)
        .map((n) => `  j${n}: { extends: [${range(20).map((k) => `t${99 - k}`)}], steps: [a] }`)
        .join('\n')}\n`,
    ],
    [
      'jobs that take a long script from a template',
      `image: a\ntemplates:\n  t: { steps: [${'a'.repeat(90_000)}] }\njobs:\n${range(200)
        .map((n) => `  j${n}: { extends: t }`)
        .join('\n')}\n`,
    ],
    ['needs of nothing', `image: a\njobs:\n  a:\n    needs: [${'zz, '.repeat(50_000)}]\n`],
  ])('%s cost no more than a moment', (_, source) => {
    const started = performance.now();
    expect(parse(source).parsed.ok).toBe(false);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('a good file', () => {
  const full = readFileSync(join(folder, 'full.yml'), 'utf8');

  it('is known by the SHA-256 of its bytes', () => {
    const { parsed } = parse(full);
    expect(parsed.ok && parsed.digest).toBe(createHash('sha256').update(full, 'utf8').digest('hex'));
  });

  it('means the same with Windows line ends and a byte order mark', () => {
    const [plain, windows] = [parse(full).parsed, parse(`\u{feff}${full.replaceAll('\n', '\r\n')}`).parsed];
    expect(windows.ok && windows.pipeline).toEqual(plain.ok && plain.pipeline);
  });

  it('remembers the lines of its jobs, steps and deployments', () => {
    const { parsed } = parse(full);
    if (!parsed.ok) throw new Error('refused');
    const lineOf = (text: string) => full.split('\n').findIndex((line) => line.includes(text)) + 1;
    const [lint, test] = parsed.pipeline.jobs;
    expect([lint?.line, test?.line]).toEqual([lineOf('  lint:'), lineOf('  test:')]);
    expect(test?.steps.map((step) => step.line)).toEqual([lineOf('      - npm ci'), lineOf('unit tests')]);
    expect(parsed.pipeline.deploys.map((deploy) => deploy.line)).toEqual([
      lineOf('  staging:'),
      lineOf('  production:'),
    ]);
  });

  it('is read in less than 5 ms once warm', () => {
    // The fastest round: a busy machine makes the others slower, and says nothing of the code.
    const timesMs = Array.from({ length: 100 }, () => {
      const started = performance.now();
      parse(full);
      return performance.now() - started;
    });
    expect(Math.min(...timesMs)).toBeLessThan(5);
  });
});
