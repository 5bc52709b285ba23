import { Redis } from 'ioredis';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';

/** Where Redis is: a URL (`redis://`, `rediss://`) or the path of a unix socket. */
export type RedisAddress = { url: string } | { path: string };

/**
 * Opens a connection that comes back by itself. `patient` commands wait for Redis to come back (blocking reads,
 * workers); the others fail at once while it is away, and their callers try again later.
 */
export function connectRedis(address: RedisAddress, options: { patient: boolean; log: Log }): Redis {
  const settings = {
    maxRetriesPerRequest: options.patient ? null : 1,
    enableOfflineQueue: options.patient,
    enableAutoPipelining: true,
    connectTimeout: 5_000,
    // Redis on the same machine is back within milliseconds; one elsewhere is not asked more than once a second.
    retryStrategy: (tries: number) => Math.min(1_000, 20 * 2 ** Math.min(tries, 6)),
  };
  const redis =
    'url' in address ? new Redis(address.url, settings) : new Redis({ ...settings, path: address.path });
  let told = false;
  redis.on('error', (error) => {
    if (!told) options.log.warn(`redis cannot be reached: ${messageOf(error)}; trying again`);
    told = true;
  });
  redis.on('ready', () => {
    if (told) options.log.info('redis is back');
    told = false;
  });
  return redis;
}

/** Resolves when the first connection stands; rejects when it does not within `timeoutMs`. */
export async function whenReady(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  redis.once('ready', late.resolve);
  try {
    await late.promise;
  } finally {
    clearTimeout(timer);
    redis.off('ready', late.resolve);
  }
}
