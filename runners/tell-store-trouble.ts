import type { BlobStore } from '../src/blobs/blob-store.ts';
import { messageOf } from '../src/errors.ts';
import type { Log } from '../src/log.ts';

/** The same store; says once when it begins to refuse what runners upload and once when it takes things again. */
export function tellStoreTrouble(blobs: BlobStore, log: Pick<Log, 'warn' | 'info'>): BlobStore {
  let told = false;
  return {
    ...blobs,
    async put(key, body, options) {
      try {
        const stored = await blobs.put(key, body, options);
        if (told) log.info('the store takes logs and artifacts again');
        told = false;
        return stored;
      } catch (error) {
        if (!told && !options?.signal?.aborted)
          log.warn(`the store does not take logs and artifacts: ${messageOf(error)}; trying again`);
        told = true;
        throw error;
      }
    },
  };
}
