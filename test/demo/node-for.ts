import { execFile } from 'node:child_process';
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asUser } from '../../runners/deploy/local/as-user.ts';
import type { HostUser } from '../../runners/deploy/local/host-users.ts';

/** A Node that this user can run: ours, or a copy of it where ours lies in somebody's home. */
export async function nodeFor(user: HostUser, directory: string): Promise<string> {
  const [command, ...args] = asUser(user, [process.execPath, '--version']);
  try {
    await promisify(execFile)(command, args, { cwd: '/' });
    return process.execPath;
  } catch {
    const copy = join(directory, 'node');
    await copyFile(process.execPath, copy);
    await chmod(copy, 0o755);
    return copy;
  }
}
