/** Part of a log on its way to a reader: lines, or the admission that some are not there to be had. */
export type LogPiece = { firstLine: number; lines: string[] } | { firstLine: number; missing: number };

/** The number of the line that comes after. */
export function endOf(piece: LogPiece): number {
  return piece.firstLine + ('lines' in piece ? piece.lines.length : piece.missing);
}

/** The piece without the lines before `from`; undefined when nothing is left of it. */
export function pieceFrom(piece: LogPiece, from: number): LogPiece | undefined {
  const skip = from - piece.firstLine;
  if (skip <= 0) return piece;
  if (endOf(piece) <= from) return undefined;
  return 'lines' in piece
    ? { firstLine: from, lines: piece.lines.slice(skip) }
    : { firstLine: from, missing: piece.missing - skip };
}

export type LogLine = {
  /** Milliseconds since the attempt began. */
  atMs: number;
  /** The index of the step; null where the runner itself speaks. */
  step: number | null;
  text: string;
};

/** Takes a stored line apart: `<ms> <step or -> <text>`. A line of any other form is all text. */
export function parseLogLine(line: string): LogLine {
  const match = /^(\d{1,12}) (\d{1,6}|-) /.exec(line);
  if (match === null) return { atMs: 0, step: null, text: line };
  const [prefix, atMs = '', step = ''] = match;
  return { atMs: Number(atMs), step: step === '-' ? null : Number(step), text: line.slice(prefix.length) };
}
