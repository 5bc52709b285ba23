export interface RequestLimit {
  /** Resolves when it is the caller's turn, with the function that ends it; rejects with the reason of an abort. */
  enter(signal?: AbortSignal): Promise<() => void>;
}

/** At most `max` at once, first come, first served. */
export function createRequestLimit(max: number): RequestLimit {
  const waiting = new Set<() => void>();
  let entered = 0;

  function leave(): void {
    const [next] = waiting;
    if (next) next();
    else entered -= 1;
  }

  return {
    async enter(signal) {
      signal?.throwIfAborted();
      if (entered < max) entered += 1;
      else await turn(signal);
      return leave;
    },
  };

  /** A turn is handed from the one who leaves straight to the first who waits. */
  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => () => {
        waiting.delete(begin);
        signal?.removeEventListener('abort', giveUp);
        outcome();
      };
      const begin = settle(resolve);
      const giveUp = settle(() => reject(signal?.reason));
      waiting.add(begin);
      signal?.addEventListener('abort', giveUp);
    });
  }
}
