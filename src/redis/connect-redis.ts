import { Redis } from 'ioredis';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { RedisRefusal } from './redis-refusal.ts';

export type RedisClient = Redis;

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

/** Resolves when the first connection stands. When it does not within `timeoutMs` it is closed, and a refusal says so. */
export async function whenReady(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  const late = Promise.withResolvers<void>();
  let problem = 'it does not answer';
  const noteProblem = (error: Error) => {
    problem = messageOf(error);
  };
  const timer = setTimeout(() => late.reject(), timeoutMs);
  redis.once('ready', late.resolve).on('error', noteProblem);
  try {
    await late.promise;
  } catch {
    redis.disconnect();
    const remedy =
      'start it or correct REDIS_URL; without REDIS_URL `hookline start` runs a Redis of its own';
    throw new RedisRefusal('not-reached', `no Redis within ${timeoutMs / 1000} s: ${problem}; ${remedy}`);
  } finally {
    redis.off('error', noteProblem);
    clearTimeout(timer);
    redis.off('ready', late.resolve);
  }
}
