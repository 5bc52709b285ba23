import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ending } from './stage-result.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = join(root, 'node_modules/.bin');
const graceMs = 30_000;

/** Runs a program of ours at the root of the repository, its output straight to ours, without any input. */
export async function runCommand(command: readonly string[], timeoutMs: number): Promise<Ending> {
  const [program = '', ...args] = command;
  const begin = performance.now();
  const env = { ...process.env, PATH: [programs, process.env['PATH']].join(delimiter) };
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    child.kill('SIGTERM');
  }, timeoutMs);
  const last = setTimeout(() => child.kill('SIGKILL'), timeoutMs + graceMs);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    const how = timedOut
      ? `it took longer than ${timeoutMs / 1000} s`
      : code === null
        ? `it was ended by ${signal}`
        : `it ended with exit code ${code}`;
    return { ok: code === 0 && !timedOut, how, tookMs: performance.now() - begin };
  } catch (error) {
    const how = `${program} could not be started: ${error instanceof Error ? error.message : error}`;
    return { ok: false, how, tookMs: performance.now() - begin };
  } finally {
    clearTimeout(limit);
    clearTimeout(last);
  }
}
