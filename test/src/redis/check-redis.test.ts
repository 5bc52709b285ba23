import { describe, expect, it } from 'vitest';
import { factsOf, judgeRedis } from '../../../src/redis/check-redis.ts';

const good = {
  redis_version: '7.0.15',
  maxmemory_policy: 'noeviction',
  aof_enabled: '1',
  role: 'master',
  cluster_enabled: '0',
};

describe('a Redis for a queue', () => {
  it('may be any that keeps what it is given', () => {
    expect(judgeRedis(good, false)).toEqual({ refusals: [], warnings: [] });
    expect(judgeRedis({ ...good, cluster_enabled: '1' }, true).refusals).toEqual([]);
    expect(judgeRedis({ ...good, redis_version: '6.2.0' }, false).refusals).toEqual([]);
  });

  it.each([
    [{ maxmemory_policy: 'allkeys-lru' }, 'throws keys away when its memory is full (allkeys-lru)'],
    [{ maxmemory_policy: 'volatile-ttl' }, 'set maxmemory-policy to noeviction'],
    [{ redis_version: '6.0.16' }, 'this Redis is 6.0.16; wanted: Redis 6.2 or newer'],
    [{ role: 'slave' }, 'name its master'],
    [{ cluster_enabled: '1' }, 'write redis+cluster://'],
  ])('is none that has %j', (more, why) => {
    expect(judgeRedis({ ...good, ...more }, false).refusals).toEqual([expect.stringContaining(why)]);
  });

  it('is warned of when it forgets all at a restart, or does not tell', () => {
    expect(judgeRedis({ ...good, aof_enabled: '0' }, false)).toEqual({
      refusals: [],
      warnings: [expect.stringContaining('appendonly yes')],
    });
    expect(judgeRedis({}, false).warnings).toHaveLength(2);
  });

  it('is read from INFO as it comes over the wire', () => {
    const info =
      '# Memory\r\nused_memory:1\r\nmaxmemory_policy:noeviction\r\n\r\n# Server\r\nos:Linux: 6\r\n';
    expect(factsOf(info)).toEqual({ used_memory: '1', maxmemory_policy: 'noeviction', os: 'Linux: 6' });
  });
});
