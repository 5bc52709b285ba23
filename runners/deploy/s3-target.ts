import { join } from 'node:path';
import { type Clock, systemClock } from '../../src/clock.ts';
import { Refusal } from '../../src/errors.ts';
import { withFileLock } from '../../src/file-lock.ts';
import { createMasker } from '../log/masker.ts';
import { lockTimeoutMs } from './codedeploy/deployment-records.ts';
import { objectKeyOf } from './codedeploy/object-key.ts';
import { DeploymentRefusal } from './deployment-refusal.ts';
import type {
  DeploymentOptions,
  DeploymentOutcome,
  DeploymentRequest,
  DeploymentTarget,
} from './deployment-target.ts';
import type { ExtractBundle } from './local/deployment-context.ts';
import { chooseObjects, longestKeyBytes, type S3Object, tidyPrefix } from './s3/choose-objects.ts';
import { listFiles } from './s3/list-files.ts';
import { type BucketPlaces, openBucket } from './s3/open-bucket.ts';
import { putObjects } from './s3/put-objects.ts';
import { parseS3Options, type S3Options } from './s3/s3-options.ts';
import { openUploadRecords, type UploadRecord, type UploadRecords } from './s3/upload-records.ts';

export type S3TargetOptions = {
  /** For what was uploaded under which key. On a local file system. */
  readonly stateDirectory: string;
  readonly extract: ExtractBundle;
  /** Buckets that are not where the SDK would look for them. */
  readonly places?: BucketPlaces;
  /** The one that hookline itself keeps everything in, which the deployer's own credentials open: no pipeline's to write to. */
  readonly ownBucket?: string;
  readonly clock?: Clock;
};

/**
 * The deployment target that puts the files of the bundle into a bucket, each as an object. It adds and replaces, and
 * deletes nothing. A second attempt puts the same bytes under the same keys, unless the first had ended: then it does
 * nothing, so that it cannot undo what was deployed since.
 */
export function createS3Target(options: S3TargetOptions): DeploymentTarget {
  const { stateDirectory, clock = systemClock } = options;
  let opened: Promise<UploadRecords> | undefined;

  return {
    async deploy(request, deploying) {
      opened ??= openUploadRecords(stateDirectory, clock.now());
      const records = await opened;
      const clean = createMasker(Object.values(request.secrets)).text;
      const { signal, report } = deploying;
      await report({ type: 'status', status: 'queued' });
      try {
        const target = parseS3Options(request.target);
        refuseOwn(target, options);
        const prefix = tidyPrefix(objectKeyOf(target.prefix, request));
        const lock = records.placeLock([target.bucket, prefix]);
        return await withFileLock(lock, { timeoutMs: lockTimeoutMs, signal }, () =>
          upload(request, { target, prefix, records, options, deploying }),
        );
      } catch (error) {
        if (signal.aborted && !(error instanceof DeploymentRefusal)) {
          const message = 'The deployment was cancelled. What had been uploaded by then stays.';
          return { outcome: 'cancelled', reason: { code: 'cancelled', message } };
        }
        if (!(error instanceof Refusal)) throw error;
        // The unpacking is somebody else's and refuses with its own codes.
        const code = error instanceof DeploymentRefusal ? error.code : 'bundle_invalid';
        return { outcome: 'error', reason: { code, message: clean(error.message) } };
      }
    },
  };
}

function refuseOwn({ bucket }: S3Options, { ownBucket, places }: S3TargetOptions): void {
  if (bucket !== ownBucket || places?.has(bucket)) return;
  throw new DeploymentRefusal(
    'not_allowed',
    `The bucket ${bucket} is the one that hookline keeps its own files in. Upload to another.`,
  );
}

type Work = {
  readonly target: S3Options;
  readonly prefix: string;
  readonly records: UploadRecords;
  readonly options: S3TargetOptions;
  readonly deploying: DeploymentOptions;
};

async function upload(request: DeploymentRequest, work: Work): Promise<DeploymentOutcome> {
  const { deploymentKey, bundleSha256, secrets } = request;
  const { target, prefix, records, options } = work;
  const { signal, report } = work.deploying;
  const before = await records.read(deploymentKey);
  if (before) return endedBefore(request, before, report);
  await report({ type: 'status', status: 'running' });
  const say = async (line: string) => report({ type: 'output', text: `${line}\n` });
  const folder = await records.emptyFolder(deploymentKey);
  try {
    const lists = await step(work, 'CheckBundle', async () => {
      await options.extract({ file: request.bundleFile, directory: folder, signal });
      return objectsOf(folder, request, work);
    });
    const objects = lists.flat();
    const sizeBytes = objects.reduce((sum, object) => sum + object.sizeBytes, 0);
    const done = await step(work, 'UploadFiles', async () => {
      const bucket = await openBucket(target, { secrets, places: options.places });
      try {
        await putObjects(bucket, lists, { signal, say });
        const address = bucket.addressOf(prefix);
        const files = objects.length === 1 ? '1 file' : `${objects.length} files`;
        await say(`${files} with ${sizeBytes} bytes: ${address}`);
        const result = { bucket: target.bucket, prefix, fileCount: objects.length, sizeBytes };
        return { deploymentKey, bundleSha256, upload: result, address };
      } finally {
        bucket.close();
      }
    });
    await records.write(done);
    return await ended(done, report);
  } finally {
    await records.emptyFolder(deploymentKey);
  }
}

async function endedBefore(
  { deploymentKey, bundleSha256 }: DeploymentRequest,
  before: UploadRecord,
  report: DeploymentOptions['report'],
): Promise<DeploymentOutcome> {
  if (before.bundleSha256 === bundleSha256) return ended(before, report);
  throw new DeploymentRefusal(
    'key_reused',
    `The deployment ${deploymentKey} was of another bundle. A new deployment needs a new key.`,
  );
}

async function ended(
  { upload: result, address: externalId }: UploadRecord,
  report: DeploymentOptions['report'],
): Promise<DeploymentOutcome> {
  await report({ type: 'status', status: 'success', externalId, upload: result });
  return { outcome: 'success', externalId };
}

async function objectsOf(
  folder: string,
  { artifact }: DeploymentRequest,
  { target, prefix }: Work,
): Promise<S3Object[][]> {
  const { directory, dotMatch } = target;
  const files = await listFiles(join(folder, directory));
  const lists = chooseObjects(files ?? [], { prefix, dotMatch });
  if (lists.length === 0) {
    const place = directory === '' ? `${artifact}.zip` : `${directory} of ${artifact}.zip`;
    const hidden = files && files.length > 0 ? ' but names that begin with a dot (see dot_match)' : '';
    throw new DeploymentRefusal(
      'bundle_invalid',
      `There is nothing in ${place}${hidden}. Upload another directory, or look at what the artifact's paths match.`,
    );
  }
  const long = lists.flat().find(({ key }) => Buffer.byteLength(key) > longestKeyBytes);
  if (!long) return lists;
  throw new DeploymentRefusal(
    'bundle_invalid',
    `The key ${long.key.slice(0, 200)}… is longer than the ${longestKeyBytes} bytes that S3 takes. Shorten the path.`,
  );
}

async function step<T>({ deploying }: Work, name: string, run: () => Promise<T>): Promise<T> {
  const { signal, report } = deploying;
  signal.throwIfAborted();
  await report({ type: 'step-started', name });
  try {
    const result = await run();
    await report({ type: 'step-finished', name, outcome: 'success' });
    return result;
  } catch (error) {
    await report({ type: 'step-finished', name, outcome: signal.aborted ? 'cancelled' : 'error' });
    throw error;
  }
}
