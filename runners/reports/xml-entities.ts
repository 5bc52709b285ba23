/** The five of XML 1.0, section 4.6. Others would have to be declared, and declarations are not read. */
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const reference = /&(?:#([0-9]{1,10})|#x([0-9a-fA-F]{1,8})|([a-z]{2,4}));|&/g;
const longestReference = '&#1114111;'.length + 2;
/** No character; what is written in its place is what readers of Unicode show for such. */
const replacement = '\u{fffd}';

/** Undefined when there is an `&` that begins none of the five and no character by its number. */
export function decodeEntities(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let isKnown = true;
  const decoded = text.replaceAll(reference, (_, decimal?: string, hex?: string, name?: string) => {
    if (decimal !== undefined) return characterOf(Number.parseInt(decimal, 10));
    if (hex !== undefined) return characterOf(Number.parseInt(hex, 16));
    const character = name === undefined || !Object.hasOwn(named, name) ? undefined : named[name];
    isKnown &&= character !== undefined;
    return character ?? '';
  });
  return isKnown ? decoded : undefined;
}

/** Where a reference begins that the text may end in the middle of; its end when there is none. */
export function openEntityAt(text: string, from: number): number {
  const at = text.lastIndexOf('&');
  const isOpen = at >= from && text.length - at < longestReference && !text.includes(';', at);
  return isOpen ? at : text.length;
}

/** Control characters, which XML 1.0 forbids, are written by many tools all the same. */
function characterOf(code: number): string {
  const isOne = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isOne ? String.fromCodePoint(code) : replacement;
}
