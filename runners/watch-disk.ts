import type { Clock } from '../src/clock.ts';

export type DiskUse = {
  /** Used of the whole disk, by whomever; quick. */
  volumeBytes(): Promise<number>;
  /** Used by the job; it may take long. Rejects when aborted. */
  jobBytes(options: { signal: AbortSignal }): Promise<number>;
};

const lookMs = 2_000;
/** The longest between two walks: others may free as much of the disk as the job takes. */
const walkMs = 30_000;
/** Walking takes at most this part of the time of a disk. */
const pauseFactor = 5;

/**
 * Tells once when a job uses more of the disk than it may. A walk over all its files is dear, so it is made when the disk
 * as a whole has filled by half of what the job has left, and every half minute. A job that writes fast goes over its
 * limit by as much as it writes in two seconds and one walk.
 */
export function watchDisk(options: {
  limitBytes: number;
  use: DiskUse;
  clock: Clock;
  onOver: (usedBytes: number) => void;
  /** A look that failed; the next one is made all the same. */
  onFault: (error: unknown) => void;
}): { close(): void } {
  const { limitBytes, use, clock, onOver, onFault } = options;
  const closed = new AbortController();
  let walkedAtMs = clock.elapsed();
  let nextWalkMs = 0;
  let usedBytes = 0;
  let volumeAtWalk: number | undefined;
  let callOff = () => {};

  function look(): void {
    see()
      .catch((error: unknown) => {
        if (!closed.signal.aborted) onFault(error);
      })
      .finally(() => {
        if (!closed.signal.aborted) callOff = clock.after(lookMs, look);
      });
  }

  async function see(): Promise<void> {
    const volume = await use.volumeBytes();
    volumeAtWalk ??= volume;
    const nowMs = clock.elapsed();
    const hasFilled = volume - volumeAtWalk >= (limitBytes - usedBytes) / 2;
    if (nowMs < nextWalkMs || (!hasFilled && nowMs - walkedAtMs < walkMs)) return;
    usedBytes = await use.jobBytes({ signal: closed.signal });
    if (closed.signal.aborted) return;
    walkedAtMs = clock.elapsed();
    nextWalkMs = walkedAtMs + (walkedAtMs - nowMs) * pauseFactor;
    volumeAtWalk = volume;
    if (usedBytes <= limitBytes) return;
    closed.abort();
    onOver(usedBytes);
  }

  look();
  return {
    close() {
      closed.abort();
      callOff();
    },
  };
}
