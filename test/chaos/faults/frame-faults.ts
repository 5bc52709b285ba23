import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Random } from '../../scenarios/lease/random.ts';
import type { FaultsOf } from './fault.ts';
import { withRedis } from './redis-faults.ts';

const toControl = 'hookline:to-control';
const lookMs = 5;
const chances = { lose: 0.3, repeat: 0.3, late: 0.4 };
const mostLateMs = 3_000;

/**
 * Between runners and control frames are lost, come twice and come late, behind those that were said after them: whoever
 * looks at the streams often enough can take frames away before they are read, and put them back.
 */
export function frameFaults(random: Random): FaultsOf {
  return ({ redis }) => [
    {
      name: 'bad line',
      // Not the target of the faults of Redis: the line may be bad to a Redis that is ill.
      targets: ['line'],
      weight: 3,
      lastsMs: [2_000, 8_000],
      async inject() {
        const stop = new AbortController();
        const meddling = withRedis(redis.path, (client) => meddle(client, random, stop.signal)).catch(
          () => {},
        );
        return async () => {
          stop.abort();
          await meddling;
        };
      },
    },
  ];
}

async function meddle(client: Redis, random: Random, signal: AbortSignal): Promise<void> {
  const seen = new Set<string>();
  const later: Promise<unknown>[] = [];
  while (!signal.aborted) {
    const streams = [toControl, ...(await client.keys('hookline:to-runner:*'))];
    for (const stream of streams) {
      for (const [id, [, frame = '']] of await client.xrevrange(stream, '+', '-', 'COUNT', 20)) {
        if (seen.has(`${stream} ${id}`)) continue;
        seen.add(`${stream} ${id}`);
        const again = async (afterMs: number) => {
          await sleep(afterMs, undefined, { signal }).catch(() => {});
          const added = await client.xadd(stream, '*', 'frame', frame).catch(() => null);
          if (added !== null) seen.add(`${stream} ${added}`);
        };
        if (random.chance(chances.repeat)) later.push(again(random.between(0, mostLateMs)));
        if (random.chance(chances.lose)) await client.xdel(stream, id);
        else if (random.chance(chances.late)) {
          await client.xdel(stream, id);
          later.push(again(random.between(0, mostLateMs)));
        }
      }
    }
    await sleep(lookMs);
  }
  await Promise.all(later);
}
