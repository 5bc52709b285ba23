import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../support/wait-until.ts';
import { secret } from './push-body.ts';

/** `hookline start` as its users run it, and a look into its database from outside. */
export type Product = {
  readonly url: string;
  /** Of the web process, which started the others. */
  readonly pid: number;
  /** From the start of the process to the line that says it is ready. */
  readonly readyMs: number;
  readonly redisSocket: string;
  /** The lines it has logged so far. */
  logged(): { msg: string; time: string; [field: string]: unknown }[];
  /** The first column of the first row. */
  ask(sql: string, ...values: (string | number)[]): string | number | undefined;
  close(): Promise<void>;
};

const main = fileURLToPath(new URL('../../src/cli/hookline.js', import.meta.url));

export async function startProduct(options: {
  directory: string;
  settings: Record<string, string>;
  /** Without a container engine the runner takes no job: runs stay queued. */
  waitForRunner: boolean;
}): Promise<Product> {
  const logFile = join(options.directory, 'log');
  const dataDir = join(options.directory, 'data');
  const log = openSync(logFile, 'a');
  const { PATH, HOME } = process.env;
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [main, 'start'], {
    env: {
      PATH,
      HOME,
      PORT: '0',
      HOOKLINE_DATA_DIR: dataDir,
      GITHUB_WEBHOOK_SECRET: secret,
      HOOKLINE_STOP_GRACE_S: '0',
      ...options.settings,
    },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as const);
  const logText = () => readFileSync(logFile, 'utf8');
  const wait = (what: string, line: string) =>
    waitUntil(async () => logText().includes(line), {
      what,
      timeoutMs: 30_000,
      intervalMs: 2,
      unless: ended,
      logFile,
    });
  await wait('hookline to be ready', '"msg":"hookline is ready: ');
  const readyMs = performance.now() - startedAtMs;
  if (options.waitForRunner) await wait('the runner to be ready', '"msg":"the runner is ready"');
  const database = new DatabaseSync(join(dataDir, 'database/hookline.sqlite'), {
    readOnly: true,
    timeout: 5_000,
  });
  const statements = new Map<string, StatementSync>();
  const url = /"msg":"hookline is ready: ([^"]+)"/.exec(logText())?.[1] ?? '';

  return {
    url,
    pid: child.pid ?? 0,
    readyMs,
    redisSocket: join(dataDir, 'redis/redis.sock'),
    logged: () =>
      logText()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    ask: (sql, ...values) => {
      const statement = statements.get(sql) ?? database.prepare(sql);
      statements.set(sql, statement);
      const row = statement.get(...values);
      return row === undefined ? undefined : (Object.values(row)[0] as string | number);
    },
    async close() {
      database.close();
      child.kill('SIGTERM');
      await ended;
    },
  };
}
