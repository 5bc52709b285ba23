import { StringDecoder } from 'node:string_decoder';

/** A longer line is stored as several: a program that never ends its line must not fill the memory. */
export const maxLineLength = 16_384;

/**
 * Bytes to lines of text. Invalid UTF-8 becomes U+FFFD; `\r\n` ends a line like `\n`; of a progress bar that
 * draws itself again with `\r`, only the last drawing is kept, as a terminal would show it.
 */
export function createLineSplitter(): {
  write(chunk: Uint8Array): string[];
  /** The last line, when it did not end. */
  end(): string[];
} {
  const decoder = new StringDecoder('utf8');
  let open = '';

  function split(text: string): string[] {
    const pieces = (open + text).split('\n');
    open = lastDrawing(pieces.pop() ?? '');
    const lines = pieces.flatMap(cutLine);
    if (open.length > maxLineLength) {
      const parts = cutText(open);
      open = parts.pop() ?? '';
      lines.push(...parts);
    }
    return lines;
  }

  return {
    write: (chunk) => split(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end() {
      const lines = split(decoder.end());
      if (open !== '') lines.push(...cutLine(open));
      open = '';
      return lines;
    },
  };
}

function cutLine(line: string): string[] {
  return cutText(lastDrawing(line).replace(/\r+$/, ''));
}

/** At most {@link maxLineLength} each, and never through the middle of a character. */
function cutText(text: string): string[] {
  const parts: string[] = [];
  let at = 0;
  while (text.length - at > maxLineLength) {
    const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(at + maxLineLength - 1));
    const end = at + maxLineLength - (splitsPair ? 1 : 0);
    parts.push(text.slice(at, end));
    at = end;
  }
  return [...parts, text.slice(at)];
}

/** What stands after the last `\r` that something follows. */
function lastDrawing(text: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === '\r') end -= 1;
  return end === 0 ? '' : text.slice(text.lastIndexOf('\r', end - 1) + 1);
}
