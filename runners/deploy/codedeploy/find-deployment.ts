import type { DeploymentInfo } from '@aws-sdk/client-codedeploy';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import { readMark } from './deployment-description.ts';
import type { DeploymentWork } from './deployment-work.ts';
import { keepTrying } from './keep-trying.ts';
import { pause } from './pause.ts';

/** Longer than any deployment can take (blue/green: 109 hours), so what is under way is always seen. */
const lookBackMs = 7 * 24 * 3_600_000;
/** A machine that is slow enough could spend all of the time on one look. */
const fewestLooks = 4;

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
  const { clock, times } = work;
  const uncut = { ...work, signal: new AbortController().signal };
  // By what passes here, not since the intent was noted: the clock of then may have been set since.
  const begunMs = clock.elapsed();
  for (let looks = 1; ; looks += 1) {
    const passedMs = clock.elapsed() - begunMs;
    const found = await look(uncut, objectKey, clock.now() - lookBackMs);
    if (found !== undefined || (passedMs >= times.settleMs && looks >= fewestLooks)) return found;
    await pause(clock, Math.min(times.lastPollMs, Math.max(times.settleMs - passedMs, times.firstPollMs)));
  }
}

/** One look for this key's deployment among those created since then. */
export async function look(
  work: DeploymentWork,
  objectKey: string,
  createdAfterMs: number,
): Promise<string | undefined> {
  const { application, group } = work.options;
  const all = await keepTrying(work, () => work.api.list({ application, group, createdAfterMs }));
  // The oldest is ours: later ones with its description are a person's, who repeated it at AWS.
  for (const info of all.toSorted(byCreation)) {
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

function byCreation(a: DeploymentInfo, b: DeploymentInfo): number {
  return (a.createTime?.getTime() ?? 0) - (b.createTime?.getTime() ?? 0);
}

/**
 * The bucket and key; that the bytes are the same is in the mark. Neither version nor ETag would do: a second
 * deployer puts the bundle again before it learns of the first one's deployment.
 */
function isRevision(info: DeploymentInfo, { options }: DeploymentWork, objectKey: string): boolean {
  // Rollbacks and the deployments of Auto Scaling are CodeDeploy's own, whatever they took over from ours.
  if (info.creator !== undefined && info.creator !== 'user') return false;
  const place = info.revision?.s3Location;
  return place?.bucket === options.bucket && place.key === objectKey;
}
