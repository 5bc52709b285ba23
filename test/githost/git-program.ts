import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** Git that looks at no settings but the repository's own, so that a test sees the same on every machine. */
export const isolatedGitEnv: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

export interface GitOptions {
  input?: string;
  env?: NodeJS.ProcessEnv;
}

/** What git printed; rejects with what it complained about when it ends with anything but 0. */
export async function git(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await tryGit(directory, args, options);
  if (code !== 0)
    throw new Error(`git ${args.join(' ')} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** The same for commands whose exit code is an answer. */
export async function tryGit(directory: string, args: readonly string[], options: GitOptions = {}) {
  const child = spawn('git', args, { cwd: directory, env: { ...isolatedGitEnv, ...options.env } });
  // A git that does not read its input to the end is not an error; its exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
