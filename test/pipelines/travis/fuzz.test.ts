import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderProblems } from '../../../pipelines/problem.ts';
import { parseTravis } from '../../../pipelines/travis/parse-travis.ts';

const folder = join(import.meta.dirname, '../../fixtures/travis');
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => readFileSync(join(folder, name), 'utf8'));
const pieces = sources.flatMap((source) => source.split('\n'));

/** What must hold of the answer to any text at all. */
function isAnswered(source: string): void {
  const parsed = parseTravis(source, '.travis.yml');
  const problems = parsed.ok ? parsed.warnings : parsed.problems;
  const lines = source.split('\n');
  for (const { line, column, endColumn } of problems) {
    expect(line).toBeGreaterThan(0);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThan(0);
    expect(endColumn).toBeGreaterThan(column);
  }
  expect(problems.some(({ severity }) => severity === 'error')).toBe(!parsed.ok);
  if (parsed.ok) {
    const names = parsed.pipeline.jobs.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(0);
    expect(parsed.pipeline.jobs.flatMap(({ needs }) => needs).every((need) => names.includes(need))).toBe(
      true,
    );
  }
  renderProblems(problems, source);
}

describe('parseTravis never throws, and every mistake has a place in the file', () => {
  it('for files of which a part is missing, doubled or moved', () => {
    const cut = fc.record({
      source: fc.constantFrom(...sources),
      from: fc.nat(1_000),
      length: fc.nat(60),
      put: fc.constantFrom(
        '',
        '\n',
        ': ',
        '- ',
        '[',
        '{',
        '&a ',
        '*a',
        '<<: ',
        '"',
        '$(',
        '!x ',
        '\t',
        '  ',
        '~',
      ),
    });
    fc.assert(
      fc.property(cut, ({ source, from, length, put }) => {
        const at = from % (source.length + 1);
        isAnswered(source.slice(0, at) + put + source.slice(at + length));
      }),
      { numRuns: 500 },
    );
  });

  it('for lines of different files together', () => {
    const mixed = fc.array(fc.constantFrom(...pieces), { maxLength: 30 });
    fc.assert(
      fc.property(mixed, (lines) => isAnswered(lines.join('\n'))),
      { numRuns: 500 },
    );
  });

  it('for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), isAnswered), { numRuns: 200 });
  });

  it.each([
    [
      'deployments',
      `deploy: [${'{provider: codedeploy, bucket: b, key: k, application: a},'.repeat(3_000)}]`,
    ],
    ['patterns', `branches: { only: [${'/a{900}b{900}/,'.repeat(10_000)}] }`],
  ])('for more %s than anybody has', (_, text) => {
    isAnswered(`language: shell\nscript: make\n${text}\n`);
  });
});
