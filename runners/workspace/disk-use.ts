import { spawn } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** How much is used of the disk that the directory is on, by whomever. Costs one call of the system. */
export async function volumeBytes(directory: string): Promise<number> {
  const { blocks, bfree, bsize } = await statfs(directory);
  return (blocks - bfree) * bsize;
}

/**
 * How much of the disk the files below the directory take, several names of one file counted once, other file systems not
 * at all. `du` walks with openat(2), outside of this process; what vanishes meanwhile or is closed to this user it leaves
 * out. Rejects with the signal's reason.
 */
export async function treeBytes(directory: string, { signal }: { signal: AbortSignal }): Promise<number> {
  signal.throwIfAborted();
  const child = spawn('du', ['-skx', '--', directory], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  const end = () => child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  try {
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    const said = await Promise.race([text(child.stdout), failed]);
    signal.throwIfAborted();
    return Number.parseInt(said, 10) * 1024 || 0;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
