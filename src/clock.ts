/** Time as an argument: tests drive it by hand. */
export type Clock = {
  /** Milliseconds since 1970, as this machine's clock is set: it may be set forward or back at any instant. */
  now(): number;
  /** Milliseconds since some moment of this process. Nobody sets it: what is asked is how much of it has passed. */
  elapsed(): number;
  /** Calls `run` once after `delayMs`; the returned function calls it off. */
  after(delayMs: number, run: () => void): () => void;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => Math.round(performance.now()),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
