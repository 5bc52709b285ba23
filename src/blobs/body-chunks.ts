import type { BlobBody } from './blob-store.ts';

/** Hashing 1 MiB takes about a millisecond: the longest one chunk may hold the event loop. */
const maxChunkBytes = 1024 * 1024;

/**
 * The body in chunks of at most 1 MiB. An abort ends the walk with the signal's reason at once, even while the
 * producer is stuck and never gives its next chunk.
 */
export async function* chunksOf(body: BlobBody, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) {
    for (const slice of slicesOf(body)) {
      signal?.throwIfAborted();
      yield slice;
    }
    return;
  }
  const producer = body[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await nextUnlessAborted(producer, signal);
      if (next.done) {
        ended = true;
        return;
      }
      yield* slicesOf(next.value);
    }
  } finally {
    // Not awaited: a generator that is stuck in an await answers return() only when that await ends, if ever.
    if (!ended) void letGo(producer);
  }
}

function* slicesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += maxChunkBytes) {
    yield bytes.length <= maxChunkBytes ? bytes : bytes.subarray(start, start + maxChunkBytes);
  }
}

/** One listener per chunk, taken off again: racing every chunk against one lasting promise would pile up callbacks. */
function nextUnlessAborted(
  producer: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<Uint8Array>> {
  if (signal === undefined) return producer.next();
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    producer
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function letGo(producer: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    await producer.return?.();
  } catch {
    // The put has its own, earlier reason to fail; what the producer says while it is let go of adds nothing.
  }
}
