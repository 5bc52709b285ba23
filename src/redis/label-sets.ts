import type { Ticket, TicketQueue } from '../contract/ticket.ts';
import type { RedisClient } from './connect-redis.ts';

// The sets of labels that tickets ask for, each under the time at which it was last asked for.
const key = (queue: TicketQueue) => `hookline:label-sets:${queue}`;

/** Waiting tickets are looked at every ten seconds: what nobody asked for in this time is out of use. */
const inUseMs = 10 * 60_000;
const separator = ',';

export async function noteLabelSets(redis: RedisClient, tickets: readonly Ticket[]): Promise<void> {
  const asking = tickets.filter(({ labels }) => labels !== undefined && labels.length > 0);
  const sets = Map.groupBy(asking, ({ queue, labels }) => `${queue} ${labels?.join(separator)}`);
  for (const [{ queue, labels } = { queue: 'jobs' as const, labels: [] }] of sets.values()) {
    await redis.zadd(key(queue), Date.now(), (labels ?? []).join(separator));
  }
}

export async function forgetLabelSets(redis: RedisClient): Promise<void> {
  await redis.zremrangebyscore(key('jobs'), '-inf', Date.now() - inUseMs);
}

/** Those in use that a runner with these labels can serve. */
export async function labelSetsFor(
  redis: RedisClient,
  queue: TicketQueue,
  labels: ReadonlySet<string>,
): Promise<string[][]> {
  const sets = await redis.zrange(key(queue), '0', '-1');
  return sets.map((set) => set.split(separator)).filter((set) => set.every((label) => labels.has(label)));
}
