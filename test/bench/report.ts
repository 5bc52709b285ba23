/** One line of the result: what was measured, in plain figures, and how it stands to its goal. */
export type Line = { row: string; what: string; figure: string; note?: string };

export function printLines(title: string, lines: readonly Line[]): void {
  console.log(`\n${title}`);
  const widths = (['row', 'what', 'figure'] as const).map((key) =>
    Math.max(...lines.map((line) => line[key].length)),
  );
  for (const { row, what, figure, note } of lines) {
    const cells = [row, what, figure].map((cell, index) => cell.padEnd(widths[index] ?? 0));
    console.log(`  ${cells.join('  ')}${note === undefined ? '' : `  ${note}`}`.trimEnd());
  }
}

export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString('en')}/s`;
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

export function mb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** `wanted` is a bound from below or from above. */
export function against(ratio: number, wanted: { atLeast: number } | { atMost: number }): string {
  const reached = 'atLeast' in wanted ? ratio >= wanted.atLeast : ratio <= wanted.atMost;
  const bound = 'atLeast' in wanted ? `≥ ${wanted.atLeast}` : `≤ ${wanted.atMost}`;
  return `${ratio.toFixed(2)} × (goal ${bound} ×: ${reached ? 'reached' : 'MISSED'})`;
}

export function within(value: string, reached: boolean, goal: string): string {
  return `${value} (goal ${goal}: ${reached ? 'reached' : 'MISSED'})`;
}
