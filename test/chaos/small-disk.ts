import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { startGuardedProcess } from '../support/guarded-process.ts';

const run = promisify(execFile);
const sizeMiB = 32;

export type SmallDisk = { readonly path: string; close(): Promise<void> };

/** A file system of its own that is soon full; none where this user may not mount. It is gone with this program. */
export async function mountSmallDisk(path: string): Promise<SmallDisk | undefined> {
  await mkdir(path, { recursive: true });
  const mount = ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=711`, 'hookline-chaos', path];
  const mounted = await run('mount', mount).then(Boolean, () => false);
  if (!mounted) return undefined;
  // Whatever ends this program, the guard's last act is to take the mount away.
  const guard = await startGuardedProcess({
    command: 'sleep',
    args: ['infinity'],
    logFile: '/dev/null',
    graceMs: 1_000,
    afterwards: ['umount', '--lazy', path],
  });
  return { path, close: () => guard.close() };
}
