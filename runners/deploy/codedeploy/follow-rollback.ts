import { DeploymentRefusal } from '../deployment-refusal.ts';
import { pollDelayMs } from './codedeploy-times.ts';
import type { DeploymentWork } from './deployment-work.ts';
import type { Ending } from './explain-ending.ts';
import { lookAt } from './look-at.ts';
import { pause } from './pause.ts';

/**
 * Waits for the deployment by which CodeDeploy undoes a failed one. It is never stopped: half a rollback is
 * worse than both. When the caller does not want to wait for it (a signal, or the time to stop is over), its
 * status stays unknown.
 */
export async function followRollback(
  work: DeploymentWork,
  deploymentId: string,
  stopAtMs: number,
): Promise<NonNullable<Ending['rollback']>> {
  const { clock, times, signal } = work;
  const beganAtMs = clock.elapsed();
  // A signal that came before is why there is a rollback: it is waited for as long as stopping may take.
  const isStopping = signal.aborted;
  await work.say(`CodeDeploy rolls back with ${deploymentId}.`);
  let heardAtMs = beganAtMs;
  for (let polls = 0; ; polls += 1) {
    const info = await lookAt(work, deploymentId, clock.elapsed() - beganAtMs);
    if (info instanceof DeploymentRefusal) return { deploymentId };
    if (info) heardAtMs = clock.elapsed();
    const status = info?.status;
    if (status === 'Succeeded' || status === 'Failed' || status === 'Stopped')
      return { deploymentId, status };
    const isLate = clock.elapsed() >= stopAtMs || clock.elapsed() - heardAtMs >= times.silenceMs;
    if (isLate || (signal.aborted && !isStopping)) return { deploymentId };
    await pause(clock, pollDelayMs(times, polls, 0), isStopping ? undefined : signal);
  }
}
