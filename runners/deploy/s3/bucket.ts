import type { S3Object } from './choose-objects.ts';

/**
 * PORT: a bucket that files are put into. `put` resolves when the object is there whole, in place of one of the same
 * key, and may be called again with the same object. It rejects with a DeploymentRefusal for what can be expected, and
 * with the signal's reason when that aborts. Adapters: S3 and what speaks its protocol, and a directory.
 */
export type Bucket = {
  /** How people call it, with a place in it: `s3://www/docs`. */
  addressOf(prefix: string): string;
  put(object: S3Object, signal: AbortSignal): Promise<void>;
  close(): void;
};
