import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { connectRedis, whenReady } from '../../src/redis/connect-redis.ts';
import { hangUp } from '../../src/redis/hang-up.ts';
import { startRedis } from '../support/redis-server.ts';

// As BullMQ does when a worker starts: a call that failed at once it would repeat for ever, without ever letting go.
it.each([true, false])(
  'a connection (patient: %s) knows a script from the moment it is taught, also right after another command',
  async (patient) => {
    const directory = mkdtempSync(join(tmpdir(), 'hookline-redis-'));
    const server = await startRedis({ directory });
    const redis = connectRedis({ path: server.path }, { patient, log: silentLog });
    onTestFinished(async () => {
      hangUp(redis);
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    });
    await whenReady(redis, 10_000);
    const pong = redis.ping();
    redis.defineCommand('taught', { numberOfKeys: 0, lua: 'return 42' });
    const { taught } = redis as unknown as { taught: () => Promise<number> };
    expect(await taught.call(redis)).toBe(42);
    expect(await pong).toBe('PONG');
  },
);
