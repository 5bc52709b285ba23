import { ReportRefusal } from './report-refusal.ts';

/** Where the encoding is told, if at all. */
export const longestPrologue = 256;

/** From the first bytes of a report: its byte order mark, or what its XML declaration says; else UTF-8. */
export function decoderOf(beginning: Uint8Array): TextDecoder {
  const [first, second] = beginning;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le');
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  const prologue = Buffer.from(beginning.subarray(0, longestPrologue)).toString('latin1');
  const [, label = 'utf-8'] =
    /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(prologue) ?? [];
  // A file that could be read so far is in an encoding that keeps ASCII, whatever it says of itself.
  const said = /^utf-?16/i.test(label) ? 'utf-8' : label;
  try {
    return new TextDecoder(said);
  } catch (error) {
    throw new ReportRefusal('unsupported', `it is in ${label}, an encoding that is not known here`, {
      cause: error,
    });
  }
}
