import type { Readable } from 'node:stream';

export interface WebStreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** What a reader is told instead of the source's own error. */
  readonly mapError?: (error: unknown) => unknown;
}

/**
 * A Node stream of bytes as a web stream, which `new Response(body)` and `for await` both take. Nothing is read
 * ahead of the reader. Cancelling it or aborting the signal destroys the source, and with it the file or socket.
 */
export function webStreamOf(
  source: Readable,
  { signal, mapError = (error) => error }: WebStreamOptions = {},
): ReadableStream<Uint8Array> {
  const onAbort = () => source.destroy();
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  source.once('close', () => signal?.removeEventListener('abort', onAbort));
  // A source that breaks before anybody reads would end the process; the reader meets the error at the next read.
  source.on('error', () => {});
  const chunks = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await chunks.next().catch((error: unknown) => {
          throw signal?.aborted ? signal.reason : mapError(error);
        });
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      cancel() {
        source.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

export function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}
