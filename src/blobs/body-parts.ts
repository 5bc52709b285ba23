export interface BodyPart {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/**
 * Gathers chunks into parts of exactly `partSizeBytes`, only the last of which may be shorter; a body without bytes
 * is one empty part. At most one part and what has been read beyond it are held.
 */
export async function* partsOf(
  chunks: AsyncIterable<Uint8Array>,
  partSizeBytes: number,
): AsyncGenerator<BodyPart, void> {
  let number = 1;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    // A full part waits for one more byte, which alone tells that it is not the last.
    while (heldBytes + rest.length > partSizeBytes) {
      const cut = partSizeBytes - heldBytes;
      const bytes = Buffer.concat([...held, rest.subarray(0, cut)]);
      held = [];
      heldBytes = 0;
      rest = rest.subarray(cut);
      yield { number, bytes, isLast: false };
      number += 1;
    }
    if (rest.length > 0) {
      held.push(rest);
      heldBytes += rest.length;
    }
  }
  yield { number, bytes: Buffer.concat(held), isLast: true };
}
