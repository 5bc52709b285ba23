import type { Bucket } from './bucket.ts';
import type { S3Object } from './choose-objects.ts';

/** The log names this many; a site of thousands of files needs no line for each. */
const mostNamed = 200;
const atOnce = 8;

/** Puts one list after the other, a few objects at a time. The first that fails ends the others, and is thrown. */
export async function putObjects(
  bucket: Bucket,
  lists: readonly (readonly S3Object[])[],
  { signal, say }: { signal: AbortSignal; say: (line: string) => Promise<void> },
): Promise<void> {
  let named = 0;
  for (const list of lists) {
    const failure = new AbortController();
    const stop = AbortSignal.any([signal, failure.signal]);
    const waiting = list.values();
    const work = async () => {
      // The workers share one iterator: each takes what the others have not.
      for (const object of waiting) {
        stop.throwIfAborted();
        await bucket.put(object, stop);
        named += 1;
        if (named <= mostNamed) await say(`${bucket.addressOf(object.key)}  ${object.sizeBytes} bytes`);
        if (named === mostNamed) await say('Further files are not named.');
      }
    };
    const workers = Array.from({ length: Math.min(atOnce, list.length) }, () =>
      work().catch((error: unknown) => {
        failure.abort(error);
        throw error;
      }),
    );
    const ended = await Promise.allSettled(workers);
    signal.throwIfAborted();
    if (ended.some(({ status }) => status === 'rejected')) throw failure.signal.reason;
  }
}
