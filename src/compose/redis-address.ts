import type { RedisAddress } from '../redis/connect-redis.ts';

const unix = 'unix://';

/** `unix:///path/redis.sock` names a socket; everything else is a URL that the client understands. */
export function redisAddress(url: string): RedisAddress {
  return url.startsWith(unix) ? { path: url.slice(unix.length) } : { url };
}

export function redisUrlOfSocket(path: string): string {
  return `${unix}${path}`;
}
