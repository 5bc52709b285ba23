import type { CreateDeploymentInput } from '@aws-sdk/client-codedeploy';
import { readAwsFault } from './aws-fault.ts';
import { refusalOfFault } from './codedeploy-refusal.ts';
import { backoffDelayMs } from './codedeploy-times.ts';
import { describeDeployment } from './deployment-description.ts';
import type { BundleRevision } from './deployment-records.ts';
import type { DeploymentWork } from './deployment-work.ts';
import { look, settle } from './find-deployment.ts';
import { pause } from './pause.ts';

/** What was created before that was listed before this began. */
const overlapMs = 3_600_000;

/**
 * Creates the deployment, once: CreateDeployment knows no client token. The intent is on disk before each
 * attempt and is taken away only when AWS said that nothing was created; an attempt without an answer is
 * settled by looking before there is another. Waits while the group is busy, until the signal aborts: then,
 * with nothing created, it throws the signal's reason.
 */
export async function createOnce(work: DeploymentWork, revision: BundleRevision): Promise<string> {
  const { api, clock, times, random, signal, options } = work;
  const input = creationOf(work, revision);
  const beganAtMs = clock.now();
  let failingSinceMs: number | undefined;
  let isWaiting = false;

  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    await work.note({ revision, intendedAtMs: clock.now() });
    try {
      const deploymentId = await api.create(input);
      return await keepId(work, deploymentId);
    } catch (error) {
      const fault = readAwsFault(error);
      if (fault.kind === 'bug') throw error;
      if (fault.kind === 'unknown') {
        const found = await settle(work, revision.key);
        if (found !== undefined) return await keepId(work, found);
      }
      await work.note({ intendedAtMs: undefined });
      if (fault.kind === 'refused') throw refusalOfFault(fault, options, error);
      if (fault.kind === 'busy') {
        if (!isWaiting) {
          await work.report({ type: 'status', status: 'waiting' });
          await work.say(`${options.application}/${options.group} is deploying. Waiting for its turn.`);
        }
        isWaiting = true;
        failingSinceMs = undefined;
        failures = 0;
        await pause(clock, times.busyPollMs * (0.75 + random() / 2), signal);
        signal.throwIfAborted();
        // The group may be busy with this very deployment, made by another machine and not listed before.
        const found = await look(work, revision.key, beganAtMs - overlapMs);
        if (found !== undefined) return await keepId(work, found);
        continue;
      }
      failingSinceMs ??= clock.elapsed();
      if (clock.elapsed() - failingSinceMs >= times.giveUpAfterMs)
        throw refusalOfFault(fault, options, error);
      await pause(clock, backoffDelayMs(times.backoffMs, failures, random), signal);
      failures += 1;
    }
  }
}

async function keepId(work: DeploymentWork, deploymentId: string): Promise<string> {
  await work.note({ deploymentId, createdAtMs: work.clock.now() });
  return deploymentId;
}

function creationOf(
  { options, request }: DeploymentWork,
  { bucket, key, eTag, version }: BundleRevision,
): CreateDeploymentInput {
  const { application, group, config, autoRollback, description } = options;
  return {
    applicationName: application,
    deploymentGroupName: group,
    ...(config !== undefined && { deploymentConfigName: config }),
    description: describeDeployment({ ...request, description }),
    revision: {
      revisionType: 'S3',
      s3Location: { bucket, key, bundleType: 'zip', eTag, ...(version !== undefined && { version }) },
    },
    fileExistsBehavior: options.fileExistsBehavior,
    ignoreApplicationStopFailures: options.ignoreApplicationStopFailures,
    ...(autoRollback !== undefined && {
      autoRollbackConfiguration: autoRollback
        ? { enabled: true, events: ['DEPLOYMENT_FAILURE'] }
        : { enabled: false },
    }),
  };
}
