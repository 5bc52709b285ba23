import type { DeploymentInfo } from '@aws-sdk/client-codedeploy';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import { readMark } from './deployment-description.ts';
import type { BundleRevision } from './deployment-records.ts';
import type { DeploymentWork } from './deployment-work.ts';
import { keepTrying } from './keep-trying.ts';
import { pause } from './pause.ts';

const hourMs = 3_600_000;
/** Longer than any deployment can take (blue/green: 109 hours), so what is under way is always seen. */
const lookBackMs = 7 * 24 * hourMs;

/**
 * The id of the deployment that this key already made, if any. When an earlier attempt may have asked for one,
 * it is looked for until AWS must have had the time to list it. Another machine may have asked without a trace
 * here, so there is a look in any case.
 */
export async function findEarlier(work: DeploymentWork, objectKey: string): Promise<string | undefined> {
  const { intendedAtMs } = work.record;
  if (intendedAtMs !== undefined) return settle(work, objectKey);
  return look(work, objectKey, work.clock.now() - lookBackMs);
}

/**
 * Finds out what became of a creation that was not answered. `undefined`: there is no deployment. A signal does
 * not cut this short, for what is there must be found to be stopped.
 */
export async function settle(work: DeploymentWork, objectKey: string): Promise<string | undefined> {
  const { clock, times, record } = work;
  const uncut = { ...work, signal: new AbortController().signal };
  const intendedAtMs = record.intendedAtMs ?? clock.now();
  for (;;) {
    const lookedAtMs = clock.now();
    // The clocks of this machine and of AWS may differ.
    const found = await look(uncut, objectKey, intendedAtMs - hourMs);
    if (found !== undefined || lookedAtMs >= intendedAtMs + times.settleMs) return found;
    await pause(clock, Math.min(times.lastPollMs, intendedAtMs + times.settleMs - lookedAtMs));
  }
}

async function look(
  work: DeploymentWork,
  objectKey: string,
  createdAfterMs: number,
): Promise<string | undefined> {
  const { application, group } = work.options;
  const all = await keepTrying(work, () => work.api.list({ application, group, createdAfterMs }));
  for (const info of all) {
    if (!isRevision(info, work, objectKey)) continue;
    const mark = readMark(info.description, work.request);
    if (mark === 'ours') return info.deploymentId;
    if (mark === 'ours-with-another-bundle') {
      throw new DeploymentRefusal(
        'key_reused',
        `The deployment ${work.request.deploymentKey} exists already as ${info.deploymentId}, with another bundle. A new deployment needs a new key.`,
      );
    }
  }
  return undefined;
}

function isRevision(info: DeploymentInfo, { options, record }: DeploymentWork, objectKey: string): boolean {
  // Rollbacks and the deployments of Auto Scaling are CodeDeploy's own, whatever they took over from ours.
  if (info.creator !== undefined && info.creator !== 'user') return false;
  const place = info.revision?.s3Location;
  if (place?.bucket !== options.bucket || place.key !== objectKey) return false;
  return record.revision === undefined || isSame(place, record.revision);
}

function isSame(
  place: { eTag?: string | undefined; version?: string | undefined },
  revision: BundleRevision,
) {
  return place.eTag?.replaceAll('"', '') === revision.eTag && place.version === revision.version;
}
