import type { Log } from '../../log.ts';

/**
 * A body that is cut short when its source fails: by then the status has been sent, and what the source says is for
 * the log, not for whoever downloads. Letting go of the body lets go of the source.
 */
export function reportedBody(
  source: AsyncIterable<Uint8Array>,
  options: { log: Pick<Log, 'error'>; correlationId: string; what: string; signal: AbortSignal },
): ReadableStream<Uint8Array> {
  async function* chunks(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* source;
    } catch (error) {
      if (!options.signal.aborted) {
        options.log.error({ err: error, correlationId: options.correlationId }, `${options.what} broke off`);
      }
      throw new Error(`${options.what} broke off`);
    }
  }
  const iterator = chunks();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => iterator.return().then(() => {}),
    },
    { highWaterMark: 0 },
  );
}
