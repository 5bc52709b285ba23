import type { Redis } from 'ioredis';

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

/** A second connection for commands that block: they would hold up everything else on a shared one. */
export function blockingCopy(redis: Redis): Redis {
  const copy = redis.duplicate({
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    enableAutoPipelining: false,
  });
  // The shared connection says so when Redis is away; without a listener each copy would print it as well.
  copy.on('error', () => {});
  return copy;
}
