import type { Clock } from '../src/clock.ts';
import { pause } from './deploy/codedeploy/pause.ts';
import { type GitRefusal, isGitRefusal } from './workspace/git-refusal.ts';

const waitMs = { first: 1_000, most: 30_000 };
/** A host that is away for longer ends the job; the limit of the job itself may come before. */
const giveUpAfterMs = 10 * 60_000;

/**
 * A git host that is away for a while ends no job: the checkout is tried again until it is back, and the log of the
 * job says what it waits for.
 */
export async function checkOutPatiently<Result>(
  checkout: () => Promise<Result>,
  { clock, signal, note }: { clock: Clock; signal: AbortSignal; note: (text: string) => void },
): Promise<Result> {
  const begunAtMs = clock.elapsed();
  for (let tries = 0; ; tries += 1) {
    try {
      return await checkout();
    } catch (error) {
      if (!isPassing(error) || clock.elapsed() - begunAtMs >= giveUpAfterMs) throw error;
      const nextMs = Math.min(waitMs.most, waitMs.first * 2 ** tries);
      note(`${error.message}\nIt is tried again in ${nextMs / 1_000} s.`);
      await pause(clock, nextMs, signal);
      signal.throwIfAborted();
    }
  }
}

function isPassing(error: unknown): error is GitRefusal {
  return isGitRefusal(error, 'unreachable') || isGitRefusal(error, 'timeout');
}
