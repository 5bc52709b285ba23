import { compareProblems, type Problem } from './problem.ts';

const longestFileBytes = 256 * 1024;

/** More than a person reads; what is left out is counted in the last one. */
const mostProblems = 200;

/** What no text of a pipeline may be, in whichever language it is written. */
export function refuseWhole(source: string, file: string): Problem | undefined {
  if (source.length > longestFileBytes || Buffer.byteLength(source) > longestFileBytes) {
    return wholeFile(file, 'the file is too long', 'at most 256 KiB: move scripts into files of their own');
  }
  if (source.includes('\0')) return wholeFile(file, 'the file holds NUL characters', 'YAML in UTF-8');
  return undefined;
}

/** A problem of the file as a whole. */
export function wholeFile(file: string, message: string, expected: string): Problem {
  return { severity: 'error', file, line: 1, column: 1, endColumn: 2, path: '', message, expected };
}

/** In the order of the file, and no more than a person reads. */
export function orderProblems(problems: readonly Problem[]): Problem[] {
  const sorted = problems.toSorted(compareProblems);
  if (sorted.length <= mostProblems) return sorted;
  const shown = sorted.slice(0, mostProblems);
  const last = shown.at(-1);
  if (last !== undefined) {
    const message = `${last.message} (and ${sorted.length - mostProblems} more mistakes behind it)`;
    shown[mostProblems - 1] = { ...last, message };
  }
  // An error must not hide behind two hundred warnings.
  const firstError = sorted.find((problem) => problem.severity === 'error');
  return firstError === undefined || shown.some((problem) => problem.severity === 'error')
    ? shown
    : [...shown, firstError];
}
