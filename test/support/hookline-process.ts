import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment, nodeFlags } from '../../src/node-flags.ts';
import type { ProcessEnd } from './guarded-process.ts';
import { waitUntil } from './wait-until.ts';

const main = fileURLToPath(new URL('../../src/cli/hookline.js', import.meta.url));
const guardScript = fileURLToPath(new URL('./guard.sh', import.meta.url));
const startMs = 30_000;
const graceS = 40;

/** One line of the product's log. */
export type LogLine = { level: string; process: string; pid: number; msg: string } & Record<string, unknown>;

export type HooklineSettings = Readonly<Record<string, string>>;

/** A command of hookline that runs as a user would start it, with these settings and no other. */
export type HooklineProcess = {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  /** What it and its children wrote so far, on both channels. */
  output(): string;
  /** The part of the output that is log, oldest first. */
  log(): LogLine[];
  /** Resolves with the first line that fits; rejects when none came in time or the process ended without one. */
  logged(fits: string | ((line: LogLine) => boolean), timeoutMs?: number): Promise<LogLine>;
  /** The address it listens on, once web and runner both are ready. */
  ready(): Promise<string>;
  /** Its own children, by what they run. */
  children(): { pid: number; command: string }[];
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL when that was not enough. */
  stop(): Promise<ProcessEnd>;
};

/**
 * Starts `hookline <args>`, or another program with hookline in it. It ends with the program that started it, whatever
 * ends that one.
 */
export async function spawnHookline(
  args: readonly string[],
  options: { settings: HooklineSettings; logFile: string; program?: string },
): Promise<HooklineProcess> {
  const { logFile } = options;
  const file = openSync(logFile, 'a', 0o600);
  const from = readFileSync(logFile).length;
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, options.program ?? main, ...args], {
    env: { PATH, HOME, ...nodeEnvironment, ...options.settings },
    stdio: ['ignore', file, file],
    detached: true,
  });
  await once(child, 'spawn').finally(() => closeSync(file));
  const pid = child.pid ?? 0;
  let end: ProcessEnd | undefined;
  const ended = once(child, 'exit').then(([code, signal]): ProcessEnd => {
    end = { code: code as number | null, signal: signal as NodeJS.Signals | null };
    return end;
  });
  const guard = spawn('sh', [guardScript, String(pid), String(graceS)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.stdin.on('error', () => {});
  void ended.then(() => guard.stdin.end());

  const output = () => readFileSync(logFile).subarray(from).toString('utf8');
  const log = () => output().split('\n').flatMap(logLineOf);

  async function logged(fits: string | ((line: LogLine) => boolean), timeoutMs = startMs): Promise<LogLine> {
    const isIt = typeof fits === 'string' ? (line: LogLine) => line.msg.includes(fits) : fits;
    let found: LogLine | undefined;
    await waitUntil(
      async () => {
        found = log().find(isIt);
        return found !== undefined;
      },
      { what: `the log line ${fits}`, timeoutMs, unless: ended, logFile },
    );
    if (!found) throw new Error('unreachable: the line was found');
    return found;
  }

  return {
    pid,
    ended,
    output,
    log,
    logged,
    async ready() {
      const { url } = await logged('hookline is ready');
      await logged('the runner is ready');
      return String(url);
    },
    children: () => childrenOf(pid),
    signal: (signal) => {
      if (!end) process.kill(pid, signal);
    },
    async stop() {
      if (!end) process.kill(pid, 'SIGTERM');
      const late = setTimeout(() => end || process.kill(pid, 'SIGKILL'), graceS * 1000);
      return ended.finally(() => clearTimeout(late));
    },
  };
}

/** Runs a command of hookline to its end. */
export async function runHookline(
  args: readonly string[],
  { settings, input = '' }: { settings: HooklineSettings; input?: string },
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, main, ...args], {
    env: { PATH, HOME, ...nodeEnvironment, ...settings },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

function logLineOf(text: string): LogLine[] {
  if (!text.startsWith('{')) return [];
  try {
    return [JSON.parse(text) as LogLine];
  } catch {
    // Still being written.
    return [];
  }
}

function childrenOf(parent: number): { pid: number; command: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The program's name, in parentheses, may hold anything; the parent is the second field behind it.
      const parentPid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (parentPid !== parent) return [];
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return [{ pid: Number(name), command }];
    } catch {
      return [];
    }
  });
}
