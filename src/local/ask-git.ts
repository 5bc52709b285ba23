import { execFile } from 'node:child_process';
import { LocalRefusal } from './local-refusal.ts';

const mostBytes = 256 * 2 ** 20;

/**
 * What git says about the working tree of whoever runs this, as it would say it to them: with their own configuration, for
 * which files are ignored stands there too. It changes nothing, the index neither. `undefined` for an exit code that is
 * not 0.
 */
export async function askGit(
  root: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  execFile('git', ['-C', root, ...args], { env, signal, maxBuffer: mostBytes }, (error, stdout) => {
    if (!error) resolve(stdout);
    else if (typeof error.code === 'number') resolve(undefined);
    else if (signal.aborted) reject(signal.reason);
    else reject(new LocalRefusal('git-failed', `git could not be run: ${error.message}`));
  });
  return await promise;
}
