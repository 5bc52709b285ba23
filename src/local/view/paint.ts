import { stripVTControlCharacters } from 'node:util';

/** Select Graphic Rendition of ECMA-48, as every terminal has it. */
const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
const esc = '\u001b';

export function paint(style: keyof typeof codes, text: string): string {
  return `${esc}[${codes[style]}m${text}${plain}`;
}

/** Ends every colour: that of a job's output must not go on in what comes after it. */
export const plain = `${esc}[0m`;

/** A sequence for colours, with its parameters as the one group. */
const colour = new RegExp(`${esc}\\[([\\d;:]*)m`);

/**
 * Output of a job as it may be shown in somebody's terminal: colours stay, and nothing else that drives a terminal. What
 * moves the cursor would write over lines that are not the job's, and some sequences type for the reader.
 */
export function tamed(text: string): string {
  // Every other piece is what the group of the separator matched.
  const pieces = text.split(colour);
  return pieces.map((piece, index) => (index % 2 === 0 ? plainText(piece) : `${esc}[${piece}m`)).join('');
}

/** As `tamed`, without the colours. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\t', '    ')
    .replaceAll(/\p{Cc}/gu, '');
}
