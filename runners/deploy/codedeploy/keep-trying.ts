import { isPassing, readAwsFault } from './aws-fault.ts';
import { refusalOfFault } from './codedeploy-refusal.ts';
import { backoffDelayMs } from './codedeploy-times.ts';
import type { DeploymentWork } from './deployment-work.ts';
import { pause } from './pause.ts';

type Patience = Pick<DeploymentWork, 'clock' | 'times' | 'random' | 'signal' | 'options'>;

/**
 * Repeats a call that changes nothing while AWS throttles it or does not answer, beyond the SDK's own few
 * attempts. Throws a DeploymentRefusal when AWS says no or the time is over, and the signal's reason.
 */
export async function keepTrying<T>(work: Patience, call: () => Promise<T>): Promise<T> {
  const { clock, times, random, signal, options } = work;
  const beganAtMs = clock.elapsed();
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const fault = readAwsFault(error);
      if (fault.kind === 'bug') throw error;
      if (!isPassing(fault) || clock.elapsed() - beganAtMs >= times.giveUpAfterMs) {
        throw refusalOfFault(fault, options, error);
      }
      await pause(clock, backoffDelayMs(times.backoffMs, attempt, random), signal);
      signal.throwIfAborted();
    }
  }
}
