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
    open = pieces.pop() ?? '';
    const lines = pieces.flatMap(cutLine);
    while (open.length > maxLineLength) {
      lines.push(printable(open.slice(0, maxLineLength)));
      open = open.slice(maxLineLength);
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
  const shown = printable(line);
  if (shown.length <= maxLineLength) return [shown];
  const parts: string[] = [];
  for (let at = 0; at < shown.length; at += maxLineLength) parts.push(shown.slice(at, at + maxLineLength));
  return parts;
}

function printable(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return text.includes('\r') ? text.slice(text.lastIndexOf('\r') + 1) : text;
}
