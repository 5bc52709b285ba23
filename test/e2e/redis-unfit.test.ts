import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runHookline, spawnHookline } from '../support/hookline-process.ts';
import { freePorts, startRedisNode } from '../support/redis-nodes.ts';

async function redisWith(settings: Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), 'hl-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const [port = 0] = await freePorts(1);
  const redis = await startRedisNode({
    directory: join(directory, 'redis'),
    settings: { port: String(port), ...settings },
  });
  onTestFinished(() => redis.close());
  const given = {
    PORT: '0',
    HOOKLINE_DATA_DIR: join(directory, 'data'),
    REDIS_URL: `redis://127.0.0.1:${port}`,
  };
  return { directory, given };
}

describe('hookline over a Redis of somebody else', () => {
  it('refuses one that evicts keys, and says where that is set', async () => {
    const { given } = await redisWith({ 'maxmemory-policy': 'allkeys-lru', appendonly: 'yes' });
    const { code, stderr } = await runHookline(['start'], { settings: given });
    expect(code).toBe(1);
    expect(stderr).toContain('set maxmemory-policy to noeviction');
    expect(stderr).not.toContain('    at ');
  });

  it('starts over one without an append-only file, and warns', async () => {
    const { given, directory } = await redisWith({ appendonly: 'no' });
    const logFile = join(directory, 'hookline.log');
    const hookline = await spawnHookline(['start'], { settings: given, logFile });
    onTestFinished(async () => void (await hookline.stop()));
    await hookline.logged('hookline is ready');
    expect((await hookline.logged('append-only file')).level).toBe('warn');
  });
});
