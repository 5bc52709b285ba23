/** A number and its unit, of 1024 each: `512m`, `1.5g`. */
export const sizePattern = /^(\d{1,7}(?:\.\d{1,3})?)([mgt])$/i;

const mebibytes: Readonly<Record<string, number>> = { m: 1, g: 1024, t: 1024 * 1024 };

/** Whole bytes, or undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  const [, number, unit = ''] = sizePattern.exec(text) ?? [];
  const factor = mebibytes[unit.toLowerCase()];
  if (number === undefined || factor === undefined) return undefined;
  return Math.round(Number(number) * factor * 1024 * 1024);
}
