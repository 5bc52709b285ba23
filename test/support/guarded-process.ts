import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How a process ended: its exit code, or the signal that ended it. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A server that cannot outlive the program that started it. */
export interface GuardedProcess {
  readonly pid: number;
  /** Resolves when the server has ended, whatever the reason; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Ends the server with SIGTERM, after `graceMs` with SIGKILL, then carries out `afterwards`. */
  close(): Promise<void>;
}

export interface GuardedProcessOptions {
  command: string;
  args: readonly string[];
  /** Takes the server's output, appended. */
  logFile: string;
  graceMs: number;
  /** A command that tidies up after the server, however it ended. */
  afterwards?: readonly string[];
}

const guardScript = fileURLToPath(new URL('./guard.sh', import.meta.url));

/**
 * Starts a server in a session of its own, so that Ctrl-C in the terminal reaches only us, together with a
 * guard that ends the server once its standard input is closed: by `close()`, or by the kernel when this
 * program is gone. That covers SIGKILL too, which no exit handler sees.
 */
export async function startGuardedProcess(options: GuardedProcessOptions): Promise<GuardedProcess> {
  const log = openSync(options.logFile, 'a', 0o600);
  let server: ChildProcess;
  try {
    server = spawn(options.command, options.args, { detached: true, stdio: ['ignore', log, log] });
    await once(server, 'spawn');
  } finally {
    closeSync(log);
  }
  const { pid } = server;
  if (pid === undefined) throw new Error(`${options.command} was started without a process id`);
  const ended = new Promise<ProcessEnd>((resolve) => {
    server.once('exit', (code, signal) => resolve({ code, signal }));
  });

  const graceS = Math.ceil(options.graceMs / 1000);
  const guard = spawn('sh', [guardScript, String(pid), String(graceS), ...(options.afterwards ?? [])], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const guardEnded = once(guard, 'exit');
  // A server that ended by itself needs no guard; this also lets the guard tidy up at once.
  void ended.then(() => guard.stdin.end());
  guard.stdin.on('error', () => {});

  return {
    pid,
    ended,
    async close() {
      guard.stdin.end();
      await Promise.all([ended, guardEnded]);
    },
  };
}
