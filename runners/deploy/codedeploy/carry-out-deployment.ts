import type { Clock } from '../../../src/clock.ts';
import { withFileLock } from '../../../src/file-lock.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentEvent, DeploymentOutcome, DeploymentRequest } from '../deployment-target.ts';
import { credentialsOf } from './aws-credentials.ts';
import { checkEc2Bundle } from './check-ec2-bundle.ts';
import { openCodeDeployApi } from './codedeploy-api.ts';
import { parseCodeDeployOptions } from './codedeploy-options.ts';
import type { CodeDeployTimes } from './codedeploy-times.ts';
import { createOnce } from './create-once.ts';
import type { DeploymentRecord, DeploymentRecords } from './deployment-records.ts';
import type { DeploymentWork } from './deployment-work.ts';
import { explainEnding } from './explain-ending.ts';
import { findEarlier } from './find-deployment.ts';
import { type Followed, followDeployment } from './follow-deployment.ts';
import { type BundleNames, objectKeyOf } from './object-key.ts';
import { putBundle } from './put-bundle.ts';
import { readBundle } from './read-bundle.ts';

export type DeploymentTools = {
  readonly records: DeploymentRecords;
  readonly endpoints: { readonly s3?: string; readonly codedeploy?: string };
  readonly clock: Clock;
  readonly random: () => number;
  readonly times: CodeDeployTimes;
  readonly isHandOver: (reason: unknown) => boolean;
  /** Makes a message fit to be kept and shown: without secrets, and not too long. */
  readonly clean: (text: string) => string;
  readonly signal: AbortSignal;
  readonly lockTimeoutMs: number;
  report(event: DeploymentEvent): Promise<void>;
};

/** Carries out what one key stands for, from wherever an earlier attempt left it. The caller holds the key's lock. */
export async function carryOutDeployment(
  request: DeploymentRequest & BundleNames,
  tools: DeploymentTools,
): Promise<DeploymentOutcome> {
  const { records, report, clean, clock } = tools;
  const options = parseCodeDeployOptions(request.target);
  const objectKey = objectKeyOf(options.key, request);
  const credentials = credentialsOf(request.secrets);
  const record = await recordOf(request, records);
  if (record.ended) {
    const { outcome, reason } = record.ended;
    const externalId = record.deploymentId ? { externalId: record.deploymentId } : {};
    await report({ type: 'status', status: outcome, ...externalId });
    return { outcome, ...(reason && { reason }), ...externalId };
  }
  const { region } = options;
  const api = await openCodeDeployApi({ region, credentials, endpoint: tools.endpoints.codedeploy });
  try {
    const work: DeploymentWork = {
      ...tools,
      request,
      options,
      api,
      record,
      note: async (change) => {
        Object.assign(record, change);
        await records.write(record);
      },
      say: (line) => report({ type: 'output', text: `${line}\n` }),
    };
    const deploymentId = record.deploymentId ?? (await findOrCreate());
    const followed = await followDeployment(work, deploymentId, tools);
    if (followed.type === 'left') return leave(followed.why, deploymentId);
    const { outcome, reason } = explainEnding(followed.ending);
    const kept = reason && { reason: { code: reason.code, message: clean(reason.message) } };
    await work.note({ ended: { atMs: clock.now(), outcome, ...kept } });
    await report({ type: 'status', status: outcome, externalId: deploymentId });
    return { outcome, ...kept, externalId: deploymentId };

    async function findOrCreate(): Promise<string> {
      const found = await findEarlier(work, objectKey);
      if (found !== undefined) {
        await work.note({ deploymentId: found, createdAtMs: clock.now() });
        return found;
      }
      await step(work, 'CheckBundle', () => checkBundle(work));
      const revision = await step(work, 'UploadBundle', async () => {
        const { bundleFile: file, bundleSha256: sha256 } = request;
        const { signal } = tools;
        const place = { bucket: options.bucket, key: objectKey, region, credentials };
        const put = await putBundle({ ...place, file, sha256, endpoint: tools.endpoints.s3, signal });
        const version = put.version === undefined ? '' : `, version ${put.version}`;
        await work.say(`s3://${put.bucket}/${put.key}, ETag ${put.eTag}${version}`);
        return put;
      });
      return step(work, 'CreateDeployment', async () => {
        const lock = records.groupLock([region, options.application, options.group]);
        const wait = { timeoutMs: tools.lockTimeoutMs, signal: tools.signal };
        const created = await withFileLock(lock, wait, () => createOnce(work, revision));
        await work.say(created);
        return created;
      });
    }
  } finally {
    api.close();
  }
}

async function recordOf(request: DeploymentRequest, records: DeploymentRecords): Promise<DeploymentRecord> {
  const { deploymentKey, runNumber, sha, bundleSha256 } = request;
  const known = await records.read(deploymentKey);
  const fresh = { deploymentKey, runNumber, sha, bundleSha256 };
  // Nothing was asked for under this key, so nothing is to be found.
  if (!known || (known.intendedAtMs === undefined && known.deploymentId === undefined)) return fresh;
  if (known.bundleSha256 === bundleSha256 && known.sha === sha) return known;
  throw new DeploymentRefusal(
    'key_reused',
    `The deployment ${deploymentKey} was for commit ${known.sha} with another bundle. A new deployment needs a new key.`,
  );
}

async function checkBundle(work: DeploymentWork): Promise<void> {
  const checked = checkEc2Bundle(await readBundle(work.request.bundleFile));
  if (!checked.ok) throw new DeploymentRefusal(checked.code, checked.message);
  for (const warning of checked.warnings) await work.say(`Warning: ${warning}`);
}

async function step<T>(work: DeploymentWork, name: string, run: () => Promise<T>): Promise<T> {
  work.signal.throwIfAborted();
  await work.report({ type: 'step-started', name });
  try {
    const result = await run();
    await work.report({ type: 'step-finished', name, outcome: 'success' });
    return result;
  } catch (error) {
    const outcome = work.signal.aborted ? 'cancelled' : 'error';
    await work.report({ type: 'step-finished', name, outcome });
    throw error;
  }
}

/** Not written down as the end: whoever asks for this key again follows the deployment further. */
function leave(why: Extract<Followed, { type: 'left' }>['why'], externalId: string): DeploymentOutcome {
  switch (why) {
    case 'handed-over': {
      const message = `The deployment ${externalId} goes on. Another attempt follows it.`;
      return { outcome: 'cancelled', reason: { code: 'cancelled', message }, externalId };
    }
    case 'not-stopped': {
      const message = `CodeDeploy was told to stop the deployment ${externalId}, which had not ended yet. Look at it there.`;
      return { outcome: 'cancelled', reason: { code: 'cancelled', message }, externalId };
    }
    case 'silent': {
      const message = `CodeDeploy has not answered for hours. The deployment ${externalId} may still go on: look at it there.`;
      return { outcome: 'error', reason: { code: 'interrupted', message }, externalId };
    }
  }
}
