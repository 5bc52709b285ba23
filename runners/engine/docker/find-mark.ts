/** What a chunk brought: output before the mark, whether the mark is complete, and what came after it. */
export type MarkSearch = { before: Uint8Array[]; found: boolean; after: Uint8Array };

const NOTHING = new Uint8Array();

/**
 * Looks for one mark in a stream of chunks that may cut it anywhere. Only bytes that may be the mark's beginning
 * are held back, so at most its length less one, and they are handed on as soon as they prove to be output.
 * Once it has been found it must not be called again.
 */
export function createMarkFinder(mark: Uint8Array): (chunk: Uint8Array) => MarkSearch {
  let held = 0;

  return (chunk) => {
    const before: Uint8Array[] = [];
    let bytes = chunk;
    if (held > 0) {
      // What is held equals the mark's own first bytes, so those stand in for it. At most one mark's length of
      // the new chunk is needed to decide about all of it.
      const joined = Buffer.concat([mark.subarray(0, held), chunk.subarray(0, mark.length)]);
      const at = joined.indexOf(mark);
      if (at >= 0 && at < held) {
        if (at > 0) before.push(joined.subarray(0, at));
        const after = chunk.subarray(at + mark.length - held);
        held = 0;
        return { before, found: true, after };
      }
      const keep = firstPossibleStart(joined, mark);
      if (keep < held) {
        // The chunk ended while the mark may still be growing.
        if (keep > 0) before.push(joined.subarray(0, keep));
        held = joined.length - keep;
        return { before, found: false, after: NOTHING };
      }
      before.push(joined.subarray(0, held));
      held = 0;
      bytes = chunk;
    }
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(mark);
    if (at >= 0) {
      if (at > 0) before.push(bytes.subarray(0, at));
      return { before, found: true, after: bytes.subarray(at + mark.length) };
    }
    const keep = firstPossibleStart(bytes, mark);
    if (keep > 0) before.push(bytes.subarray(0, keep));
    held = bytes.length - keep;
    return { before, found: false, after: NOTHING };
  };
}

/** Where the longest end of `bytes` that is also a beginning of `mark` starts; the length of `bytes` when there is none. */
function firstPossibleStart(bytes: Uint8Array, mark: Uint8Array): number {
  for (let start = Math.max(0, bytes.length - mark.length + 1); start < bytes.length; start += 1) {
    const tail = bytes.subarray(start);
    if (tail.every((byte, index) => byte === mark[index])) return start;
  }
  return bytes.length;
}
