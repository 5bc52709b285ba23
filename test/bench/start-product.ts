import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type LogLine, spawnHookline } from '../support/hookline-process.ts';
import { secret } from './push-body.ts';

/** `hookline start` as its users run it, and a look into its database from outside. */
export type Product = {
  readonly url: string;
  /** Of the web process, which started the others. */
  readonly pid: number;
  /** From the start of the process to the line that says it is ready. */
  readonly readyMs: number;
  readonly redisSocket: string;
  log(): LogLine[];
  /** The first column of the first row. */
  ask(sql: string, ...values: (string | number)[]): string | number | undefined;
  close(): Promise<void>;
};

export async function startProduct(options: {
  directory: string;
  settings: Record<string, string>;
  /** Without a container engine the runner takes no job: runs stay queued. */
  waitForRunner: boolean;
}): Promise<Product> {
  const dataDir = join(options.directory, 'data');
  const startedAtMs = Date.now();
  const hookline = await spawnHookline(['start'], {
    logFile: join(options.directory, 'log'),
    settings: {
      PORT: '0',
      HOOKLINE_DATA_DIR: dataDir,
      GITHUB_WEBHOOK_SECRET: secret,
      HOOKLINE_STOP_GRACE_S: '0',
      ...options.settings,
    },
  });
  const ready = await hookline.logged('hookline is ready');
  if (options.waitForRunner) await hookline.logged('the runner is ready');
  const database = new DatabaseSync(join(dataDir, 'database/hookline.sqlite'), {
    readOnly: true,
    timeout: 5_000,
  });
  const statements = new Map<string, StatementSync>();

  return {
    url: String(ready['url']),
    pid: hookline.pid,
    readyMs: Date.parse(String(ready['time'])) - startedAtMs,
    redisSocket: join(dataDir, 'redis/redis.sock'),
    log: hookline.log,
    ask: (sql, ...values) => {
      const statement = statements.get(sql) ?? database.prepare(sql);
      statements.set(sql, statement);
      const row = statement.get(...values);
      return row === undefined ? undefined : (Object.values(row)[0] as string | number);
    },
    async close() {
      database.close();
      await hookline.stop();
    },
  };
}
