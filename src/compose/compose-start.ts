import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { identityOf } from '../contract/keys.ts';
import type { Log } from '../log.ts';
import { nodeEnvironment, nodeFlags } from '../node-flags.ts';
import { startManagedRedis } from '../redis/managed-redis.ts';
import { startWeb } from './compose-web.ts';
import { type DataDirectory, lockDataDirectory } from './data-directory.ts';
import { redisUrlOfSocket } from './redis-address.ts';

export type Started = { readonly url: string; close(graceMs: number): Promise<void> };

const main = fileURLToPath(new URL('../cli/hookline.js', import.meta.url));
const restartMs = 1_000;

/** All of hookline on one machine: this web process, a runner as a child, and a Redis of its own unless one is set. */
export async function startAll(config: Config, log: Log, data: DataDirectory): Promise<Started> {
  const unlock = lockDataDirectory(data);
  try {
    const masterKey = config.masterKey ?? data.key('master.key');
    const runnerKey = config.runnerKey ?? data.key('runner.key');
    const controlPublicKey = identityOf(masterKey).publicKey;
    const { publicKey } = identityOf(runnerKey);
    const enrolled = {
      runners: [publicKey, ...config.runnerPublicKeys],
      deployers: [publicKey, ...config.deployerPublicKeys],
    };
    // On a laptop nobody asks whether we are ready.
    const stopDelayMs = config.stopDelayMs ?? 0;
    const redis = config.redisUrl
      ? undefined
      : await startManagedRedis({ directory: data.path('redis'), log });
    const redisUrl = config.redisUrl ?? redisUrlOfSocket(redis?.path ?? '');
    const runner = keepRunner(
      {
        REDIS_URL: redisUrl,
        HOOKLINE_DATA_DIR: data.root,
        HOOKLINE_RUNNER_KEY: runnerKey,
        HOOKLINE_CONTROL_PUBLIC_KEY: controlPublicKey,
      },
      log,
    );
    try {
      const web = await startWeb(config, { redisUrl, masterKey, enrolled, stopDelayMs, log }, data);
      let closing: Promise<void> | undefined;
      const end = async (graceMs: number) => {
        await web.close(graceMs);
        await redis?.close();
        unlock();
      };
      return {
        url: web.url,
        async close(graceMs) {
          // The runner first: what it still has to say must find control alive. Told again, it makes haste.
          await runner.close();
          if (closing && graceMs <= 0) void web.close(0);
          closing ??= end(graceMs);
          await closing;
        },
      };
    } catch (error) {
      await runner.close();
      await redis?.close();
      throw error;
    }
  } catch (error) {
    unlock();
    throw error;
  }
}

/** What the service knows and a machine that runs other people's code must not. */
const withheld = [
  'HOOKLINE_MASTER_KEY',
  'HOOKLINE_API_KEY',
  'GITHUB_TOKEN',
  'GITHUB_APP_ID',
  'GITHUB_APP_PRIVATE_KEY',
  'GITHUB_WEBHOOK_SECRET',
  'GITHUB_WEBHOOK_SECRET_PREVIOUS',
  'CODECOMMIT_WEBHOOK_SECRET',
  'CODECOMMIT_EVENTBRIDGE_KEY',
  'HOOKLINE_GIT_SECRET',
  'HOOKLINE_GIT_CREDENTIALS',
  'DATABASE_URL',
  'PGPASSWORD',
];

/** A runner process that is started again when it dies. It ends by itself when this process does. */
function keepRunner(environment: Record<string, string>, log: Log): { close(): Promise<void> } {
  let closed = false;
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  start();

  function start(): void {
    const inherited = Object.entries(process.env).filter(([name]) => !withheld.includes(name));
    const started = spawn(process.execPath, [...nodeFlags, main, 'runner', '--deploy', '--jobs'], {
      env: { ...nodeEnvironment, ...Object.fromEntries(inherited), ...environment },
      // The channel tells the child that we are gone, also after SIGKILL. A group of its own: Ctrl-C is ours to pass on.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    });
    child = started;
    started.once('exit', (code, signal) => {
      if (closed) return;
      log.error({ code, signal }, 'the runner ended; it is started again');
      restart = setTimeout(start, restartMs);
    });
  }

  return {
    async close() {
      closed = true;
      clearTimeout(restart);
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
