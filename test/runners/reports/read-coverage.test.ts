import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCoverageTally } from '../../../runners/reports/coverage-tally.ts';
import { createCoverageReader } from '../../../runners/reports/read-coverage.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../fixtures/reports', name), 'utf8');

function cover(...reports: string[]) {
  const tally = createCoverageTally({ mostLines: 1_000 });
  for (const report of reports) {
    const reader = createCoverageReader(tally);
    for (const character of report) reader.write(character);
    reader.end();
  }
  return tally.result();
}

describe('reports of coverage', () => {
  it.each([
    ['node.info', { linesFound: 10, linesCovered: 6, files: 1 }],
    ['cobertura.xml', { linesFound: 5, linesCovered: 3, files: 2 }],
    ['jacoco.xml', { linesFound: 3, linesCovered: 2, files: 1 }],
  ])('%s', (name, result) => {
    expect(cover(fixture(name))).toEqual(result);
    // A line counts once, however many reports speak of it.
    expect(cover(fixture(name), fixture(name))).toEqual(result);
  });

  it('adds up what several parts of a suite cover together', () => {
    const one = 'TN:\nSF:a.js\nDA:1,1\nDA:2,0\nend_of_record\n';
    const other = 'SF:a.js\r\nDA:1,0\r\nDA:2,3,checksum\r\nDA:3,-1\r\nend_of_record';
    expect(cover(one)).toEqual({ linesFound: 2, linesCovered: 1, files: 1 });
    expect(cover(one, other)).toEqual({ linesFound: 3, linesCovered: 2, files: 1 });
  });

  it('takes the counts of a report that names no lines', () => {
    expect(cover('SF:a.js\nLF:10\nLH:4\nend_of_record\n')).toEqual({
      linesFound: 10,
      linesCovered: 4,
      files: 0,
    });
    expect(cover('<coverage lines-valid="10" lines-covered="12"/>')).toEqual({
      linesFound: 10,
      linesCovered: 10,
      files: 0,
    });
  });

  it('takes an empty file for one of tests that covered nothing', () => {
    expect(cover('', ' \n', 'TN:\n')).toEqual({ linesFound: 0, linesCovered: 0, files: 0 });
  });

  it('refuses what is neither', () => {
    expect(() => cover('{"total": {}}')).toThrow('it is neither LCOV nor XML of Cobertura or JaCoCo');
    expect(() => cover('<testsuite/>')).toThrow('it begins with <testsuite>');
    expect(() => cover('SF:a.js\nDA:x\n')).toThrow('a line of LCOV that cannot be read: line 2');
    expect(() => cover('SF:a.js\nDA:1,1\n')).toThrow('it ends within a record');
  });

  it('stops counting lines where there are too many, and says so', () => {
    const tally = createCoverageTally({ mostLines: 2 });
    for (const line of [1, 2, 3, 2]) tally.line('a', line, line === 2);
    expect(tally.result()).toEqual({ linesFound: 2, linesCovered: 1, files: 1 });
    expect(tally.isCut).toBe(true);
  });
});
