import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { connectRedis, whenReady } from '../../src/redis/connect-redis.ts';
import { hangUp } from '../../src/redis/hang-up.ts';
import { createControlLink, createRunnerLink } from '../../src/redis/redis-link.ts';
import { blockingCopy } from '../../src/redis/stream-reader.ts';
import { startRedis } from '../support/redis-server.ts';
import { waitUntil } from '../support/wait-until.ts';

async function openRedis() {
  const directory = mkdtempSync(join(tmpdir(), 'hookline-redis-'));
  const server = await startRedis({ directory });
  const redis = connectRedis({ path: server.path }, { patient: true, log: silentLog });
  await whenReady(redis, 10_000);
  onTestFinished(async () => {
    hangUp(redis);
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return { server, redis };
}

it('whoever waits for a Redis that is away gets an error when the connection is ended between two tries', async () => {
  const { server, redis } = await openRedis();
  const blocking = blockingCopy(redis);
  await whenReady(blocking, 10_000);
  await server.kill('SIGKILL');
  const between = async () => blocking.status === 'reconnecting';
  await waitUntil(between, { what: 'the wait for the next try', timeoutMs: 30_000, intervalMs: 1 });
  const answer = blocking.xread('BLOCK', 60_000, 'STREAMS', 'nothing', '0');
  hangUp(blocking);
  await expect(answer).rejects.toThrow(/closed/i);
});

it('both ends of the link close while Redis is away', async () => {
  const { server, redis } = await openRedis();
  const control = createControlLink(redis, 'control', silentLog);
  const runner = createRunnerLink(redis, 'runner', silentLog);
  await control.onFrame(async () => {});
  runner.onFrame(() => {});
  await server.kill('SIGKILL');
  // Tries follow one another: each end is told to close at another moment between them.
  await waitUntil(async () => redis.status === 'reconnecting', { what: 'the wait', timeoutMs: 30_000 });
  await Promise.all([control.close(), runner.close()]);
});
