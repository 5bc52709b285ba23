import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { Bucket } from './bucket.ts';

/** A directory of this host that stands for a bucket: objects are its files. It keeps no ACL and no headers. */
export async function openDirectoryBucket(root: string): Promise<Bucket> {
  const found = await stat(root).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new DeploymentRefusal(
      'host_unsuitable',
      `HOOKLINE_DEPLOY_BUCKETS names the directory ${root}, which is not there. Make it, or name another.`,
    );
  }
  return {
    addressOf: (prefix) => join(root, prefix),
    async put({ key, file }, signal) {
      signal.throwIfAborted();
      if (key.split('/').some((name) => name === '' || name === '.' || name === '..')) {
        throw new DeploymentRefusal(
          'target_invalid',
          `The key ${key} cannot be a path in a directory: leave out \`.\` and \`..\`.`,
        );
      }
      const path = join(root, key);
      const temporary = join(dirname(path), `.hookline-${randomUUID()}`);
      try {
        await mkdir(dirname(path), { recursive: true });
        await copyFile(file, temporary, constants.COPYFILE_EXCL);
        await rename(temporary, path);
      } catch (cause) {
        await rm(temporary, { force: true });
        throw new DeploymentRefusal('install_failed', `${path} cannot be written: ${String(cause)}`, {
          cause,
        });
      }
    },
    close: () => {},
  };
}
