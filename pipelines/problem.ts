export type Severity = 'error' | 'warning';

/** One mistake in a pipeline file, at a place a person can go to. */
export type Problem = {
  severity: Severity;
  file: string;
  /** 1-based; columns count UTF-16 units, `endColumn` is behind the last one and always on the same line. */
  line: number;
  column: number;
  endColumn: number;
  /** `jobs.test.steps[0].run`; empty for the file as a whole. */
  path: string;
  /** What was found. */
  message: string;
  /** What was wanted, or what to do about it. */
  expected: string;
  /** The page and heading of the reference about the key, such as `jobs#timeout`. Absent where there is none. */
  reference?: string;
};

/** Orders by file, then by position, then by severity. `.hookline.yml` comes before the files that it includes. */
export function compareProblems(a: Problem, b: Problem): number {
  return (
    Number(a.file > b.file) - Number(a.file < b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    a.severity.localeCompare(b.severity)
  );
}

/** Longest piece of a source line that is shown; a minified file has one line. */
const shownWidth = 140;

/** Plain text for a terminal or a log: each problem with its place, its line, an underline, and where to read more. */
export function renderProblems(
  problems: readonly Problem[],
  source: string | ((file: string) => string),
  addressOf: (reference: string) => string = ownPage,
): string {
  const textOf = typeof source === 'string' ? () => source : source;
  const files = new Map(
    [...new Set(problems.map(({ file }) => file))].map((file) => [file, textOf(file).split('\n')]),
  );
  return problems
    .map((problem) => {
      const lines = files.get(problem.file) ?? [];
      const more = problem.reference === undefined ? '' : `  see: ${addressOf(problem.reference)}\n`;
      return renderProblem(problem, lines[problem.line - 1] ?? '') + more;
    })
    .join('\n');
}

/** Among hookline's own files. */
function ownPage(reference: string): string {
  return `docs/reference/${reference.replace(/(?=#|$)/, '.md')}`;
}

function renderProblem(problem: Problem, sourceLine: string): string {
  const { file, line, column, severity, path, message, expected } = problem;
  const place = `${file}:${line}:${column}: ${severity}: ${path === '' ? '' : `${path}: `}${message}\n`;
  const advice = `  expected: ${expected}\n`;
  const shown = sourceLine.trimEnd();
  if (shown === '') return place + advice;

  const start = column > shownWidth ? column - 1 - Math.floor(shownWidth / 2) : 0;
  const window = shown.slice(start, start + shownWidth);
  const lead = window.slice(0, column - 1 - start).replaceAll(/[^\t]/g, ' ');
  const room = Math.max(1, start + window.length - (column - 1));
  const underline = '^'.repeat(Math.min(Math.max(1, problem.endColumn - column), room));
  const gutter = ' '.repeat(String(line).length);
  return `${place}  ${line} | ${printable(window)}\n  ${gutter} | ${lead}${underline}\n${advice}`;
}

/** A file may hold escape sequences that would drive the reader's terminal. */
function printable(text: string): string {
  return text.replaceAll(/[^\t\P{Cc}]/gu, '\u{fffd}');
}
