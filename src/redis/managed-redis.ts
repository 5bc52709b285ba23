import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { RedisRefusal } from './redis-refusal.ts';

export type ManagedRedis = { path: string; close(): Promise<void> };

const programs = ['redis-server', 'valkey-server'];
const predecessorMs = 10_000;
/** Redis writes its files out when it is told to end; one that takes longer hangs. */
const closeMs = 10_000;

/**
 * A Redis of our own: a child process on a unix socket in a directory that only this user can enter, with its
 * append-only file on. It is started again when it dies, and ends with this process, also when this one is killed.
 */
export async function startManagedRedis(options: { directory: string; log: Log }): Promise<ManagedRedis> {
  const { directory, log } = options;
  const program = findProgram();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'redis.sock');
  if (Buffer.byteLength(path) > 100) {
    const remedy = 'set HOOKLINE_DATA_DIR to a shorter path, or REDIS_URL to a Redis of your own';
    throw new RedisRefusal('not-started', `the path ${path} is too long for a unix socket; ${remedy}`);
  }
  await predecessorGone(path);
  let child: ChildProcess;
  let watchdogEnded: Promise<unknown> = Promise.resolve();
  let restarting: NodeJS.Timeout | undefined;
  let closed = false;
  start();

  function start(): void {
    const startedAtMs = Date.now();
    // A session of its own: Ctrl-C at the terminal must not stop Redis before those who still write to it.
    child = spawn(program, redisArguments(directory, path), {
      stdio: 'ignore',
      cwd: directory,
      detached: true,
    });
    const watchdog = child.pid === undefined ? undefined : endWithThisProcess(child.pid);
    if (watchdog) watchdogEnded = once(watchdog, 'exit').catch(() => {});
    const startAgain = () => {
      restarting = setTimeout(start, Date.now() - startedAtMs < 1_000 ? 1_000 : 0);
    };
    child.once('error', (error) => {
      log.error({ err: error }, `${program} could not be started; trying again`);
      if (child.pid === undefined && !closed) startAgain();
    });
    child.once('exit', (code, signal) => {
      watchdog?.stdin?.end();
      if (closed) return;
      log.error({ code, signal }, 'redis-server ended; it is started again');
      startAgain();
    });
  }

  return {
    path,
    async close() {
      if (closed) return;
      closed = true;
      clearTimeout(restarting);
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        const impatient = setTimeout(() => child.kill('SIGKILL'), closeMs);
        await ended;
        clearTimeout(impatient);
      }
      await watchdogEnded;
    },
  };
}

/**
 * The Redis of a process that was killed ends a moment later. Two at once would write into the same files, and the
 * old one, at its end, would take the new one's socket away.
 */
async function predecessorGone(path: string): Promise<void> {
  const deadline = Date.now() + predecessorMs;
  while (await answers(path)) {
    if (Date.now() > deadline) {
      throw new RedisRefusal('not-started', `another Redis still answers at ${path}; stop it`);
    }
    await sleep(20);
  }
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * A shell that waits for the end of its standard input, which comes when this process ends, whatever the cause,
 * also by SIGKILL; then it stops the other one.
 */
function endWithThisProcess(pid: number): ChildProcess {
  return spawn('/bin/sh', ['-c', 'read -r _; kill "$0" 2>/dev/null', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
}

function redisArguments(directory: string, path: string): string[] {
  const settings: Record<string, string> = {
    port: '0',
    unixsocket: path,
    unixsocketperm: '600',
    dir: directory,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    // A queue must never be thinned out: when memory ends, writing fails and is tried again.
    'maxmemory-policy': 'noeviction',
    'protected-mode': 'yes',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

function findProgram(): string {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const program of programs) {
      const file = join(directory, program);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here; the next place may have it.
      }
    }
  }
  throw new RedisRefusal(
    'not-installed',
    'neither redis-server nor valkey-server is installed: apt-get install redis-server, or set REDIS_URL',
  );
}
