import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait-for.ts';

export type Hookline = {
  readonly url: string;
  readonly pid: number;
  /** Resolves with the exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  close(): Promise<void>;
};

const main = fileURLToPath(new URL('../../src/cli/hookline.js', import.meta.url));
const startMs = 30_000;
const stopMs = 40_000;

/** Runs `hookline start` as a service manager would: these settings and nothing else of our environment but the path. */
export async function startHookline(options: {
  settings: Record<string, string>;
  logFile: string;
  signal: AbortSignal;
}): Promise<Hookline> {
  const { logFile, signal } = options;
  const log = openSync(logFile, 'a', 0o644);
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  const passed = Object.entries({ PATH, HOME, LANG, TMPDIR }).filter(([, value]) => value !== undefined);
  const child = spawn(process.execPath, [main, 'start'], {
    env: { ...Object.fromEntries(passed), ...options.settings },
    // The channel is for the case that we are killed: hookline stops when it is gone. A session of its own, since
    // Ctrl-C is for us to pass on.
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  await once(child, 'spawn');
  const over = new AbortController();
  const ended = once(child, 'exit').then(([code]) => {
    over.abort(new Error(`hookline ended with ${code}; ${logFile} says why`));
    return code as number | null;
  });

  async function close(): Promise<void> {
    if (over.signal.aborted) return;
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await ended;
    clearTimeout(late);
  }

  try {
    const url = await waitFor('hookline to be ready', () => readyUrl(logFile), {
      timeoutMs: startMs,
      signal: AbortSignal.any([signal, over.signal]),
    });
    return { url, pid: child.pid ?? 0, ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where it listens, once both halves have said that they are ready: web and control, and the runner. */
async function readyUrl(logFile: string): Promise<string | undefined> {
  const text = await readFile(logFile, 'utf8');
  const url = /"msg":"hookline is ready: ([^"]+)"/.exec(text)?.[1];
  return text.includes('"msg":"the runner is ready"') ? url : undefined;
}
