import type { DeploymentInfo, DeploymentWaitType } from '@aws-sdk/client-codedeploy';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentStatus } from '../deployment-target.ts';
import { type AwsFault, isPassing, readAwsFault } from './aws-fault.ts';
import { pollDelayMs } from './codedeploy-times.ts';
import type { DeploymentWork } from './deployment-work.ts';
import type { Ending } from './explain-ending.ts';
import { instancesOf } from './fleet.ts';
import { followRollback } from './follow-rollback.ts';
import { type LeftBehind, leftBehind } from './left-behind.ts';
import { noSteps, tellSteps } from './lifecycle-steps.ts';
import { lookAt } from './look-at.ts';
import { type FollowState, nextAction } from './next-action.ts';
import { pause } from './pause.ts';
import { watchFleet } from './watch-fleet.ts';

export type Followed = { readonly type: 'ended'; readonly ending: Ending } | LeftBehind;

export type FollowOptions = { readonly isHandOver: (reason: unknown) => boolean };

/**
 * Follows a deployment until it has ended, its rollback included: tells its instances and lifecycle events,
 * continues it when it waits for that, stops it when the signal aborts. Outages of AWS are waited through.
 * When AWS does not let these credentials look any more, the deployment is left behind.
 */
export async function followDeployment(
  work: DeploymentWork,
  deploymentId: string,
  { isHandOver }: FollowOptions,
): Promise<Followed> {
  const { api, clock, times, signal, options } = work;
  const fleet = watchFleet(work, deploymentId);
  const continued = new Set<DeploymentWaitType>();
  const report = statusReporter(work, deploymentId);
  const beganAtMs = clock.elapsed();
  let heardAtMs = beganAtMs;
  let stop: FollowState['stop'] = 'no';
  let stopAtMs = Number.POSITIVE_INFINITY;
  let endedAtMs: number | undefined;
  let told = noSteps;

  async function tell(ended: boolean) {
    const next = tellSteps(told, fleet.machines, ended);
    told = next.told;
    for (const event of next.events) await work.report(event);
  }

  await report('queued', []);
  for (let polls = 0; ; polls += 1) {
    if (signal.aborted && stop === 'no') {
      if (isHandOver(signal.reason)) return leftBehind('handed-over', deploymentId);
      stop = 'wanted';
      stopAtMs = clock.elapsed() + times.stopMs;
    }
    const info = await lookAt(work, deploymentId, clock.elapsed() - beganAtMs);
    if (info instanceof DeploymentRefusal) return leftBehind(info, deploymentId);
    if (info) {
      heardAtMs = clock.elapsed();
      const isKnown = await fleet.refresh();
      if (info.status === 'Failed' || info.status === 'Stopped') endedAtMs ??= clock.elapsed();
      const overdue = clock.elapsed() - (endedAtMs ?? clock.elapsed()) >= times.rollbackMs;
      const action = nextAction(info, {
        stop,
        continued,
        continueWhenReady: options.continueWhenReady,
        terminateAtOnce: options.terminateAtOnce,
        rollbackOverdue: overdue,
      });
      switch (action.type) {
        case 'poll':
          await tell(false);
          await report(action.status, instancesOf(fleet.machines));
          break;
        case 'continue':
          if (await ask(work, () => api.goOn(deploymentId, action.waitType))) continued.add(action.waitType);
          break;
        case 'stop':
          if (await ask(work, () => api.stop(deploymentId, options.autoRollback ?? true))) stop = 'told';
          break;
        case 'follow-rollback':
        case 'end': {
          // What the failing script printed is worth another look.
          if (!isKnown && !overdue && endedAtMs !== undefined) break;
          await tell(true);
          await report('running', instancesOf(fleet.machines));
          const rollback =
            action.type === 'end' ? undefined : await followRollback(work, action.deploymentId, stopAtMs);
          return { type: 'ended', ending: endingOf(info, rollback) };
        }
      }
    }
    if (clock.elapsed() >= stopAtMs) return leftBehind('not-stopped', deploymentId);
    if (clock.elapsed() - heardAtMs >= times.silenceMs) return leftBehind('silent', deploymentId);
    // A signal ends only the pause that it comes into: afterwards the pace is the same as before.
    await pause(clock, pollDelayMs(times, polls, fleet.machines.length), stop === 'no' ? signal : undefined);
  }

  function endingOf(info: DeploymentInfo, rollback: Ending['rollback']): Ending {
    return {
      deploymentId,
      info,
      machines: fleet.machines,
      ...(rollback && { rollback }),
      cancelled: stop !== 'no',
      minimumHealthy: options.minimumHealthy,
    };
  }
}

/** Whether asking is done with: AWS agreed, or it will never do so and the deployment is only watched. */
async function ask(work: DeploymentWork, call: () => Promise<void>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    const fault: AwsFault = readAwsFault(error);
    if (fault.kind === 'bug') throw error;
    if (isPassing(fault) || fault.name === 'DeploymentIsNotInReadyStateException') return false;
    if (fault.name !== 'DeploymentAlreadyCompletedException') {
      await work.say(
        `CodeDeploy was asked to go on or to stop and refused (${fault.name}: ${fault.message}).`,
      );
    }
    return true;
  }
}

/** A status that says nothing new is not repeated: a deployment is looked at thousands of times. */
function statusReporter(work: DeploymentWork, externalId: string) {
  let last = '';
  return async (status: DeploymentStatus, instances: ReturnType<typeof instancesOf>) => {
    const text = JSON.stringify([status, instances]);
    if (text === last) return;
    last = text;
    await work.report({
      type: 'status',
      status,
      externalId,
      ...(instances.length > 0 && { instances }),
    });
  };
}
