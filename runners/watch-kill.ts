import type { Clock } from '../src/clock.ts';
import type { JobStop } from './job-stop.ts';

/** A job that was killed and has not ended after this time hangs with its container engine; nobody waits for it. */
const killedEndMs = 2 * 60_000;

/** `hangs` rejects when the job was killed and goes on for too long. */
export function watchKill(
  { atOnce }: Pick<JobStop, 'atOnce'>,
  clock: Clock,
): { hangs: Promise<never>; callOff: () => void } {
  const { promise: hangs, reject } = Promise.withResolvers<never>();
  let callOffWait = () => {};
  const wait = () => {
    callOffWait = clock.after(killedEndMs, () => reject(new Error('it was killed and did not end')));
  };
  if (atOnce.aborted) wait();
  else atOnce.addEventListener('abort', wait, { once: true });
  return {
    hangs,
    callOff: () => {
      atOnce.removeEventListener('abort', wait);
      callOffWait();
    },
  };
}
