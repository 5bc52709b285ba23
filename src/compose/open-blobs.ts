import type { BlobStore } from '../blobs/blob-store.ts';
import type { Config } from '../config.ts';
import type { DataDirectory } from './data-directory.ts';

/** The bucket when one is set, else a directory. Both are loaded only when they are used: the AWS SDK is large. */
export async function openBlobs(config: Config, data: DataDirectory): Promise<BlobStore> {
  if (config.s3) {
    const { openS3Store } = await import('../blobs/s3-store.ts');
    return openS3Store(config.s3);
  }
  const { openDirectoryStore } = await import('../blobs/directory-store.ts');
  return openDirectoryStore({ root: data.path('blobs') });
}
