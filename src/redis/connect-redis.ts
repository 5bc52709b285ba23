import { Cluster, Redis } from 'ioredis';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RedisAddress } from './parse-redis-url.ts';
import { RedisRefusal } from './redis-refusal.ts';

/** Both carry out the same commands; to a cluster a command's keys must lie in one slot. */
export type RedisClient = Redis | Cluster;

/** Redis on the same machine is back within milliseconds; one elsewhere is not asked more than once a second. */
const retryMs = (tries: number) => Math.min(1_000, 20 * 2 ** Math.min(tries, 6));
/** No command blocks for more than ten seconds: a node that is silent for longer hangs, or its machine is gone. */
const socketTimeoutMs = 20_000;

/**
 * Opens a connection that comes back by itself. `patient` commands wait for Redis to come back (blocking reads,
 * workers); the others fail at once while it is away, and their callers try again later.
 */
export function connectRedis(
  address: Extract<RedisAddress, { url: string } | { path: string }>,
  options: { patient: boolean; log: Log },
): Redis;
export function connectRedis(address: RedisAddress, options: { patient: boolean; log: Log }): RedisClient;
export function connectRedis(address: RedisAddress, options: { patient: boolean; log: Log }): RedisClient {
  const redis = open(address, options.patient);
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

function open(address: RedisAddress, patient: boolean): RedisClient {
  const settings = {
    maxRetriesPerRequest: patient ? null : 1,
    connectTimeout: 5_000,
    socketTimeout: socketTimeoutMs,
    // A master that became a replica while we were connected: look for the new one, and ask that again (2).
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? (2 as const) : false),
  };
  // No automatic pipelines: one that was begun before BullMQ taught the connection its scripts does not know them. Each
  // call of one then fails at once and a worker repeats it without ever letting go of the process.
  const queueing = { enableOfflineQueue: patient, enableAutoPipelining: false };
  if ('url' in address) return new Redis(address.url, { ...settings, ...queueing, retryStrategy: retryMs });
  if ('path' in address) {
    return new Redis({ ...settings, ...queueing, retryStrategy: retryMs, path: address.path });
  }
  const { username, password, tls } = address;
  const access = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
  if ('cluster' in address) {
    return new Cluster(address.cluster, {
      ...queueing,
      clusterRetryStrategy: retryMs,
      redisOptions: { ...settings, ...access },
      // The certificate is made out to the node's name, which must not become an address before it is checked.
      ...(tls ? { dnsLookup: (host, done) => done(null, host) } : {}),
    });
  }
  const { sentinelAccess } = address;
  return new Redis({
    ...settings,
    ...queueing,
    ...access,
    retryStrategy: retryMs,
    sentinels: address.sentinels,
    name: address.master,
    db: address.database,
    sentinelRetryStrategy: retryMs,
    enableTLSForSentinelMode: tls,
    ...(tls ? { sentinelTLS: {} } : {}),
    ...(sentinelAccess.username === undefined ? {} : { sentinelUsername: sentinelAccess.username }),
    ...(sentinelAccess.password === undefined ? {} : { sentinelPassword: sentinelAccess.password }),
  });
}

/** Resolves when the first connection stands. When it does not within `timeoutMs` it is closed, and a refusal says so. */
export async function whenReady(redis: RedisClient, timeoutMs: number): Promise<void> {
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
