import { Redis } from 'ioredis';
import type { FaultsOf } from './fault.ts';

const target = 'redis';

/** A Redis that dies, stands still, or forgets; it may forget everything at any time, for it holds no truth. */
export const redisFaults: FaultsOf = ({ redis }) => {
  const of = { targets: [target], lastsMs: [0, 0] } as const;
  return [
    {
      ...of,
      name: 'kill redis',
      weight: 2,
      lastsMs: [0, 3_000],
      async inject() {
        await redis.kill('SIGKILL');
        return () => redis.restart();
      },
    },
    {
      ...of,
      name: 'pause redis',
      weight: 2,
      lastsMs: [500, 8_000],
      async inject() {
        await redis.kill('SIGSTOP');
        return () => redis.kill('SIGCONT');
      },
    },
    {
      ...of,
      name: 'empty redis',
      weight: 2,
      async inject() {
        await withRedis(redis.path, (client) => client.flushall());
        return async () => {};
      },
    },
  ];
};

export async function withRedis<T>(path: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ path, retryStrategy: () => null, maxRetriesPerRequest: 1 });
  client.on('error', () => {});
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}
