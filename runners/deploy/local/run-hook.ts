import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../../../src/clock.ts';
import { createLineSplitter } from '../../log/split-lines.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import { asUser } from './as-user.ts';
import { shellExports } from './hook-environment.ts';
import { type HookOutput, openHookOutput } from './hook-output.ts';
import type { HostUser } from './host-users.ts';
import { stopGroup } from './stop-group.ts';

export type RunHook = {
  /** Absolute path of the script. */
  readonly script: string;
  readonly directory: string;
  readonly user: HostUser;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** How long to go on reading what background processes print after the script itself has ended. */
  readonly lingerMs: number;
  readonly maxLines: number;
  /** A path for the pipe that the script prints to, in a directory that only hookline can write to. */
  readonly pipe: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called with the id of the script's process group before any output is read. */
  readonly onStarted: (processId: number) => Promise<void>;
  /** Called with whole lines. */
  readonly onOutput: (text: string) => Promise<void>;
};

export type HookResult = {
  readonly end:
    | { readonly kind: 'exited'; readonly exitCode: number }
    | { readonly kind: 'killed'; readonly signal: string }
    | { readonly kind: 'timed-out' }
    | { readonly kind: 'cancelled' };
  /** The last lines that were printed. */
  readonly tail: readonly string[];
  /** Whether something that the script started still holds its output open. */
  readonly leftRunning: boolean;
};

/** Sets the variables, then becomes the script. A script without `#!` is run by the shell, as usual. */
const bootstrap = 'umask 022; eval "$(cat)"; exec "$0" </dev/null';
const tailLines = 20;
/** A background process that floods its output without a pause is not followed any longer than this. */
const maxBytesAfterExit = 1024 * 1024;

/**
 * Runs one script as a user, in a session and process group of its own, and reads what it prints. The
 * timeout and the signal end the whole group; processes that a script leaves behind when it ends by itself
 * are its business (that is how applications are started) and live on.
 */
export async function runHook(options: RunHook): Promise<HookResult> {
  options.signal.throwIfAborted();
  const output = await openHookOutput(options.pipe, options.user);
  try {
    const script = watch(start(options, output.writeFd), options);
    const processId = await script.started;
    try {
      await output.closeWriteEnd();
      await options.onStarted(processId);
      return await follow(script, output, options);
    } catch (error) {
      await stopGroup({ processGroup: processId, graceMs: 0 });
      throw error;
    }
  } finally {
    await output.close();
  }
}

/** Reads until the script has ended and its output too, or only background processes hold that open. */
async function follow(script: Script, output: HookOutput, options: RunHook): Promise<HookResult> {
  const lines = collectLines(options);
  const goneForMs = () => options.clock.elapsed() - (script.endedAtMs() ?? Number.POSITIVE_INFINITY);
  let bytesAfterExit = 0;
  const reading = await output.read({
    onChunk: (chunk) => {
      if (script.endedAtMs() !== undefined) bytesAfterExit += chunk.length;
      return lines.add(chunk);
    },
    stopWhenQuiet: () => goneForMs() >= options.lingerMs,
    stopAtOnce: () => bytesAfterExit > maxBytesAfterExit,
  });
  if (reading === 'stopped') output.handOver();
  return { end: await script.ended, tail: await lines.finish(), leftRunning: reading === 'stopped' };
}

type Script = {
  /** The id of the process, which is the id of its group too. */
  readonly started: Promise<number>;
  readonly ended: Promise<HookResult['end']>;
  readonly endedAtMs: () => number | undefined;
};

function start({ script, directory, user }: RunHook, writeFd: number): ChildProcess {
  const [file, ...args] = asUser(user, ['/bin/sh', '-c', bootstrap, script]);
  return spawn(file, args, {
    cwd: directory,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['pipe', writeFd, writeFd],
    detached: true,
  });
}

function watch(child: ChildProcess, options: RunHook): Script {
  const started = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<HookResult['end']>();
  let stoppedBy: 'timed-out' | 'cancelled' | undefined;
  let stopping: Promise<void> = Promise.resolve();
  let endedAtMs: number | undefined;

  const stop = (why: 'timed-out' | 'cancelled') => {
    if (stoppedBy || endedAtMs !== undefined || child.pid === undefined) return;
    stoppedBy = why;
    stopping = stopGroup({ processGroup: child.pid, graceMs: options.graceMs });
    stopping.catch(ended.reject);
  };
  const cancel = () => stop('cancelled');
  const callOffTimeout = options.clock.after(options.timeoutMs, () => stop('timed-out'));
  options.signal.addEventListener('abort', cancel, { once: true });
  const settle = () => {
    callOffTimeout();
    options.signal.removeEventListener('abort', cancel);
    endedAtMs = options.clock.elapsed();
  };

  child.once('spawn', () => {
    started.resolve(child.pid ?? 0);
    if (options.signal.aborted) cancel();
  });
  child.once('error', (cause) => {
    settle();
    const message = `Scripts cannot be started on this host: ${cause.message}. The program setpriv (util-linux) is needed.`;
    started.reject(new DeploymentRefusal('host_unsuitable', message, { cause }));
  });
  child.once('exit', (exitCode, signal) => {
    settle();
    const why = stoppedBy;
    // Its own end is not the end of the group that was told to stop with it.
    if (why) stopping.then(() => ended.resolve({ kind: why }), ended.reject);
    else if (signal) ended.resolve({ kind: 'killed', signal });
    else ended.resolve({ kind: 'exited', exitCode: exitCode ?? 0 });
  });
  // A script that ends before it has read its variables is told of by its exit code.
  child.stdin?.on('error', () => {});
  child.stdin?.end(shellExports(options.environment));
  return { started: started.promise, ended: ended.promise, endedAtMs: () => endedAtMs };
}

function collectLines({ onOutput, maxLines }: RunHook) {
  const splitter = createLineSplitter();
  let tail: readonly string[] = [];
  let count = 0;
  const take = async (lines: readonly string[]) => {
    if (lines.length === 0) return;
    tail = [...tail, ...lines].slice(-tailLines);
    const shown = lines.slice(0, Math.max(0, maxLines - count));
    const cut = shown.length < lines.length && count <= maxLines;
    count += lines.length;
    const note = cut ? [`… This script prints more than ${maxLines} lines; the rest is left out.`] : [];
    // Once the limit is passed exactly, the note comes with the first line that is left out.
    if (cut) count = maxLines + 1;
    const text = [...shown, ...note].map((line) => `${line}\n`).join('');
    if (text !== '') await onOutput(text);
  };
  return {
    add: (chunk: Uint8Array) => take(splitter.write(chunk)),
    async finish() {
      await take(splitter.end());
      return tail;
    },
  };
}
