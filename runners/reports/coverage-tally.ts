import type { Coverage } from '../../src/contract/job-reports.ts';

export type CoverageTally = {
  /** A line that can be covered, and whether it was. Of a line that several reports speak of, one that covers it counts. */
  line(file: string, number: number, isCovered: boolean): void;
  /** What a report says of a file, or of everything, whose lines it does not name. */
  totals(linesFound: number, linesCovered: number): void;
  result(): Coverage;
  /** Of lines, so far. */
  readonly count: number;
  /** Lines were left out, for there were too many. */
  readonly isCut: boolean;
};

const longestName = 1_000;

/** Each line is kept until the end, so that shards of one test suite add up to what they cover together. */
export function createCoverageTally({ mostLines }: { mostLines: number }): CoverageTally {
  const files = new Map<string, Map<number, boolean>>();
  const unnamed = { linesFound: 0, linesCovered: 0 };
  let lineCount = 0;
  let coveredCount = 0;
  let isCut = false;

  return {
    line(file, number, isCovered) {
      const name = file.slice(0, longestName);
      const lines = files.get(name) ?? new Map<number, boolean>();
      const before = lines.get(number);
      if (before === undefined && lineCount >= mostLines) {
        isCut = true;
        return;
      }
      if (before === undefined) lineCount += 1;
      if (isCovered && !before) coveredCount += 1;
      if (before === undefined || isCovered) lines.set(number, isCovered);
      files.set(name, lines);
    },
    totals(linesFound, linesCovered) {
      const found = Math.min(linesFound, 1e9);
      unnamed.linesFound += found;
      unnamed.linesCovered += Math.min(linesCovered, found);
    },
    result: () => ({
      linesFound: lineCount + unnamed.linesFound,
      linesCovered: coveredCount + unnamed.linesCovered,
      files: files.size,
    }),
    get count() {
      return lineCount + unnamed.linesFound;
    },
    get isCut() {
      return isCut;
    },
  };
}
