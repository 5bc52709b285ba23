import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from '../../../src/redis/parse-redis-url.ts';

describe('REDIS_URL', () => {
  it('is a socket, or a URL that the client understands', () => {
    expect(parseRedisUrl('unix:///run/redis.sock')).toEqual({ path: '/run/redis.sock' });
    expect(parseRedisUrl('rediss://ann:x@redis:6380/1')).toEqual({ url: 'rediss://ann:x@redis:6380/1' });
  });

  it('names sentinels and the master that they watch', () => {
    expect(parseRedisUrl('redis+sentinel://ann:p%40ss@s1,s2:26380,[::1]:26381/mymaster/2')).toEqual({
      tls: false,
      username: 'ann',
      password: 'p@ss',
      sentinels: [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 26_380 },
        { host: '::1', port: 26_381 },
      ],
      master: 'mymaster',
      database: 2,
      sentinelAccess: {},
    });
    expect(
      parseRedisUrl('rediss+sentinel://:x@s1/m?sentinel_username=bob&sentinel_password=y'),
    ).toMatchObject({ tls: true, password: 'x', sentinelAccess: { username: 'bob', password: 'y' } });
  });

  it('names nodes of a cluster', () => {
    expect(parseRedisUrl('redis+cluster://:x@n1:7000,n2')).toEqual({
      tls: false,
      password: 'x',
      cluster: [
        { host: 'n1', port: 7000 },
        { host: 'n2', port: 6379 },
      ],
    });
  });

  it.each([
    ['redis+sentinel://:hidden@s1:26379', 'the name that the sentinels have for the master is missing'],
    ['redis+sentinel://s1/m/x', 'the database is a number'],
    ['redis+sentinel://:hidden@s 1/m', 'a host is not one'],
    ['redis+cluster://n1:99999', 'a host is not one'],
    ['redis+cluster://n1/3', 'a cluster has one database, 0'],
    ['redis+cluster://', 'it has not this form'],
  ])('%s is refused without being shown', (url, why) => {
    expect(() => parseRedisUrl(url)).toThrow(why);
    expect(() => parseRedisUrl(url)).not.toThrow('hidden');
  });
});
