/** Text that fits a terminal. `width` is in characters; `Infinity` where nobody looks at columns. */

export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Lines of at most `width` characters, broken at spaces; a word that is longer (an address) stays whole. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Pieces of exactly `width` characters and a rest: for text whose spaces mean something. */
export function wrapHard(text: string, width: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length || at === 0; at += width) pieces.push(text.slice(at, at + width));
  return pieces;
}

export type Fact = readonly [label: string, value: string];

/** Labels in one column and values in the next; where a pair is too wide the value gets a line of its own. */
export function factLines(facts: readonly Fact[], width: number): string[] {
  const labelWidth = Math.max(...facts.map(([label]) => label.length));
  return facts.flatMap(([label, value]) => {
    const line = `${label.padEnd(labelWidth)}  ${value}`;
    return line.length <= width ? [line] : [label, ...wrapWords(value, width - 2).map((part) => `  ${part}`)];
  });
}

/** A table with a row of headers, or one block of facts per row where the columns do not fit beside each other. */
export function tableLines(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const all = [headers, ...rows];
  const widths = headers.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const total = widths.reduce((sum, each) => sum + each + 2, -2);
  if (total > width) {
    return rows.flatMap((row) => [
      ...factLines(
        headers.map((header, column) => [header, row[column] ?? '']),
        width,
      ),
      '',
    ]);
  }
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
