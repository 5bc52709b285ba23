import { withFileLock } from '../../../src/file-lock.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { AwsCredentials } from './aws-credentials.ts';
import { checkEc2Bundle } from './check-ec2-bundle.ts';
import { createOnce } from './create-once.ts';
import { type DeploymentRecords, lockTimeoutMs } from './deployment-records.ts';
import type { DeploymentWork } from './deployment-work.ts';
import { findEarlier } from './find-deployment.ts';
import { putBundle } from './put-bundle.ts';
import { readBundle } from './read-bundle.ts';

export type Making = {
  readonly records: DeploymentRecords;
  readonly objectKey: string;
  readonly credentials: AwsCredentials | undefined;
  readonly endpoints: { readonly s3?: string };
};

/** The id of this key's deployment: of one that an earlier attempt made, or of a new one. */
export async function findOrMake(work: DeploymentWork, making: Making): Promise<string> {
  const { options, clock, signal, request } = work;
  const { objectKey, records, credentials, endpoints } = making;
  const known = work.record.deploymentId;
  const found = known ?? (await findEarlier(work, objectKey));
  if (found !== undefined) {
    if (known === undefined) await work.note({ deploymentId: found, createdAtMs: clock.now() });
    // Told even when the signal has aborted: a deployment that exists is there to be stopped.
    await work.report({ type: 'step-started', name: 'FindDeployment' });
    await work.say(`${found} was created by an earlier attempt, and is followed.`);
    await work.report({ type: 'step-finished', name: 'FindDeployment', outcome: 'success' });
    return found;
  }

  await step(work, 'CheckBundle', async () => {
    const checked = checkEc2Bundle(await readBundle(request.bundleFile));
    if (!checked.ok) throw new DeploymentRefusal(checked.code, checked.message);
    for (const warning of checked.warnings) await work.say(`Warning: ${warning}`);
  });

  const revision = await step(work, 'UploadBundle', async () => {
    const { bundleFile: file, bundleSha256: sha256 } = request;
    const place = { bucket: options.bucket, key: objectKey, region: options.region };
    const put = await putBundle({ ...place, file, sha256, credentials, endpoint: endpoints.s3, signal });
    const version = put.version === undefined ? '' : `, version ${put.version}`;
    await work.say(`s3://${put.bucket}/${put.key}, ETag ${put.eTag}${version}`);
    return put;
  });

  return step(work, 'CreateDeployment', async () => {
    const lock = records.groupLock([options.region, options.application, options.group]);
    const created = await withFileLock(lock, { timeoutMs: lockTimeoutMs, signal }, () =>
      createOnce(work, revision),
    );
    await work.say(created);
    return created;
  });
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
