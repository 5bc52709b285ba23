import { Cluster } from 'ioredis';
import type { RedisClient } from './connect-redis.ts';

/** One entry of a Redis stream: its id and its single field's value, as the streams of this program are written. */
export type StreamEntry = { id: string; value: string };

/** The reply of XREAD, XREADGROUP and XAUTOCLAIM, whose shape ioredis does not describe. */
export function entriesOf(rows: unknown): StreamEntry[] {
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row: unknown) => {
    if (!Array.isArray(row)) return [];
    const [id, fields] = row as [unknown, unknown];
    // An entry that was deleted while it was pending comes back without fields.
    if (typeof id !== 'string' || !Array.isArray(fields)) return [];
    return [{ id, value: String(fields[1]) }];
  });
}

/** The entries of the first (and only) stream that was asked for. */
export function firstStream(reply: unknown): StreamEntry[] {
  if (!Array.isArray(reply)) return [];
  const [first] = reply as unknown[];
  return Array.isArray(first) ? entriesOf(first[1]) : [];
}

/** Ids are `<milliseconds>-<count>`; negative when `a` came before `b`. */
export function compareIds(a: string, b: string): number {
  const [aMs = 0, aCount = 0] = a.split('-').map(Number);
  const [bMs = 0, bCount = 0] = b.split('-').map(Number);
  return aMs - bMs || aCount - bCount;
}

const endless = { maxRetriesPerRequest: null };

function copyOf(cluster: Cluster, options: { enableOfflineQueue: boolean; enableAutoPipelining: boolean }) {
  const { replyMapping: _, ...redisOptions } = cluster.options.redisOptions ?? {};
  return cluster.duplicate([], { ...options, redisOptions: { ...redisOptions, ...endless } });
}

/** A second connection for commands that block: they would hold up everything else on a shared one. */
export function blockingCopy(redis: RedisClient): RedisClient {
  const patient = { enableOfflineQueue: true, enableAutoPipelining: false };
  const copy =
    redis instanceof Cluster ? copyOf(redis, patient) : redis.duplicate({ ...patient, ...endless });
  // The shared connection says so when Redis is away; without a listener each copy would print it as well.
  copy.on('error', () => {});
  return copy;
}
