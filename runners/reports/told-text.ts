import { stripVTControlCharacters } from 'node:util';
import { createMasker } from '../log/masker.ts';

/**
 * How text out of a report is told: without what drives terminals, masked, and then cut to so many bytes of UTF-8. Of a
 * text that is not whole the end may be the first half of a secret; that end is left out.
 */
export type TellText = (text: string, mostBytes: number, isWhole?: boolean) => string;

const cut = '…';

export function createTellText(secrets: readonly string[]): TellText {
  const masker = createMasker(secrets);
  return (text, mostBytes, isWhole = true) => {
    const plain = stripVTControlCharacters(text)
      .toWellFormed()
      .replaceAll('\r\n', '\n')
      // All control characters but the tab and the end of a line.
      .replaceAll(/[^\n\t\P{Cc}]/gu, '');
    const masked = isWhole ? masker.text(plain) : certainPart(plain);
    const bytes = Buffer.from(masked);
    if (bytes.length <= mostBytes && isWhole) return masked;
    const room = bytes.subarray(0, mostBytes - Buffer.byteLength(cut));
    // A decoder that awaits more leaves out a character that is not complete.
    return `${new TextDecoder().decode(room, { stream: true })}${cut}`;
  };

  function certainPart(text: string): string {
    const certain = Buffer.from(masker.write(Buffer.from(text))).toString();
    masker.flush();
    return certain;
  }
}
