import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { authorization, type GitAccess, gitEnvironment } from './git-environment.ts';
import { GitRefusal } from './git-refusal.ts';
import { type GitFailure, readGitFailure } from './read-git-failure.ts';

export type GitCommand = GitAccess & {
  args: readonly string[];
  /** Named in every message. */
  repository: string;
  timeoutMs: number;
  /** Ends a command that prints nothing for so long; only for commands run with `--progress`. */
  idleTimeoutMs?: number;
  /** The largest single file (pack or working file) the command may write. */
  maxFileBytes?: number;
  maxOutputBytes?: number;
  input?: string;
  signal?: AbortSignal | undefined;
};

export type GitProcess = {
  stdin: Writable;
  stdout: Readable;
  /** Settles when the process is gone. Rejects with the reason of an abort, a timeout or a failure to start. */
  ended: Promise<GitFailure>;
  /** Ends the process and everything it started. */
  kill(): void;
};

/** Runs git to its end and gives its output; any exit code outside `okCodes` is a refusal. */
export async function runGit(
  command: GitCommand,
  okCodes: readonly number[] = [0],
): Promise<{ stdout: string; exitCode: number }> {
  const git = startGit(command);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let overflow = false;
  git.stdout.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    overflow ||= sizeBytes > (command.maxOutputBytes ?? 1 << 20);
    if (overflow) git.kill();
    else chunks.push(chunk);
  });
  git.stdin.end(command.input ?? '');
  const result = await git.ended;
  if (overflow) throw new GitRefusal('too-large', `${command.repository}: git printed more than is allowed.`);
  if (result.exitCode === null || !okCodes.includes(result.exitCode)) {
    throw readGitFailure(result, command.repository);
  }
  return { stdout: Buffer.concat(chunks).toString('utf8'), exitCode: result.exitCode };
}

/**
 * The one place where hookline starts git: with the clean environment of `gitEnvironment`, in a process group
 * of its own that an abort or a timeout ends as a whole, and with what it says on stderr bounded and scrubbed.
 */
export function startGit(command: GitCommand): GitProcess {
  command.signal?.throwIfAborted();
  const [file, ...args] = withFileLimit(['git', ...command.args], command.maxFileBytes);
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(file ?? 'git', args, {
    env: gitEnvironment(command, process.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    cwd: '/',
  });
  const stderr = createTail(16_384);
  // A process that ends early closes its input; its exit code says why.
  child.stdin.on('error', () => {});
  let reason: { error: unknown } | undefined;
  const stop = (error?: unknown) => {
    if (error !== undefined) reason ??= { error };
    signalGroup(child.pid, 'SIGTERM');
    forced ??= setTimeout(signalGroup, 1000, child.pid, 'SIGKILL');
  };
  let forced: NodeJS.Timeout | undefined;
  const timeout = (timeMs: number, what: string) =>
    new GitRefusal(
      'timeout',
      `${command.repository}: git ${command.args[0]} ${what} ${timeMs} ms. Try again.`,
    );
  const total = setTimeout(() => stop(timeout(command.timeoutMs, 'was not done after')), command.timeoutMs);
  const idleMs = command.idleTimeoutMs;
  const idle =
    idleMs === undefined ? undefined : setTimeout(() => stop(timeout(idleMs, 'said nothing for')), idleMs);
  child.stderr.on('data', (chunk: Buffer) => {
    idle?.refresh();
    stderr.push(chunk);
  });
  const onAbort = () => stop(command.signal?.reason);
  command.signal?.addEventListener('abort', onAbort, { once: true });

  const ended = new Promise<GitFailure>((resolve, reject) => {
    const settle = (done: () => void) => {
      for (const timer of [total, idle, forced]) clearTimeout(timer);
      command.signal?.removeEventListener('abort', onAbort);
      done();
    };
    child.once('error', (error) => settle(() => reject(notStarted(error, command.repository))));
    child.once('close', (exitCode, signal) =>
      settle(() => {
        if (reason !== undefined) reject(reason.error);
        else resolve({ exitCode, signal, stderr: scrub(stderr.text(), command) });
      }),
    );
  });
  return { stdin: child.stdin, stdout: child.stdout, ended, kill: () => stop() };
}

/** Node cannot set resource limits, the shell can; `exec` leaves no shell behind. POSIX counts in 512 bytes. */
function withFileLimit(command: readonly string[], maxFileBytes: number | undefined): readonly string[] {
  if (maxFileBytes === undefined) return command;
  const blocks = String(Math.ceil(maxFileBytes / 512));
  return ['/bin/sh', '-c', 'ulimit -c 0; ulimit -f "$1"; shift; exec "$@"', 'sh', blocks, ...command];
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The whole group is gone already.
  }
}

function notStarted(error: NodeJS.ErrnoException, repository: string): unknown {
  if (error.code !== 'ENOENT') return error;
  return new GitRefusal('git-missing', `${repository}: git is not installed, or not on the PATH.`);
}

/** Keeps the last bytes without the progress lines, which end in a carriage return. */
function createTail(limitBytes: number) {
  let kept = '';
  return {
    push(chunk: Buffer) {
      kept = (kept + chunk.toString('latin1')).replace(/[^\r\n]*\r(?!\n)/g, '').slice(-limitBytes);
    },
    text: () => Buffer.from(kept, 'latin1').toString('utf8'),
  };
}

function scrub(text: string, { credential }: GitAccess): string {
  let clean = text.replace(/:\/\/[^\s/@']*@/g, '://***@');
  if (credential === undefined) return clean;
  const header = authorization(credential).slice('Authorization: Basic '.length);
  for (const secret of [header, credential.password, encodeURIComponent(credential.password)]) {
    if (secret !== '') clean = clean.replaceAll(secret, '***');
  }
  return clean;
}
