import type { RedisClient } from './connect-redis.ts';

/**
 * Ends a connection for good, and whoever waits for an answer on it gets an error. Between two tries to connect again
 * ioredis' own `disconnect` only calls the next try off: commands that wait for it would then wait for ever.
 */
export function hangUp(redis: RedisClient): void {
  const isBetweenTries = redis.status === 'reconnecting';
  redis.disconnect();
  if (!isBetweenTries) return;
  // A try that is called off before it has begun fails everything that waits, and opens nothing.
  redis.connect().catch(() => {});
  redis.disconnect();
}
