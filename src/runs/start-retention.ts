import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import type { Expired, Purge, RetentionPolicy, RetentionStore } from './retention.ts';
import { setClockGraceMs, watchClock } from './watch-clock.ts';

/** What retention needs of a blob store. */
export type StoredFiles = {
  list(prefix: string, options?: { signal?: AbortSignal }): AsyncIterable<{ key: string }>;
  remove(key: string, options?: { signal?: AbortSignal }): Promise<void>;
};

export type RetentionPorts = {
  retention: RetentionStore;
  files: StoredFiles;
  now: () => number;
  log: Log;
};

const sweepEveryMs = 10 * 60_000;
const mostAtOnce = 100;
/** Longer than it takes to remove the files of one log; whoever dies over them leaves them to others that long. */
const holdMs = 5 * 60_000;
/** A loss of power may undo a removal, so each is asked for once more after the disk has had time to write it. */
const againMs = 60 * 60_000;

/** Removes what the policy lets go of, and then its files. Any number of these may run. */
export function startRetention(
  ports: RetentionPorts & { elapsed: () => number },
  policy: RetentionPolicy,
): Loop {
  const sinceClockWasSetMs = watchClock(ports);
  return startLoop({
    name: 'retention',
    idleMs: sweepEveryMs,
    log: ports.log,
    turn: async (signal) => {
      // A clock that is a year ahead would have everything removed.
      if (sinceClockWasSetMs() < setClockGraceMs) return 'idle';
      const removed = await removeExpired(ports, policy, signal);
      const purged = await purgeRemoved(ports, signal);
      return removed === mostAtOnce || purged === mostAtOnce ? 'more' : 'idle';
    },
  });
}

/** All of it at once, for whoever asks. Returns what went by this call. */
export async function prune(
  ports: RetentionPorts,
  policy: RetentionPolicy,
  signal: AbortSignal,
): Promise<Expired[]> {
  const gone: Expired[] = [];
  let found = mostAtOnce;
  while (found === mostAtOnce) found = await removeExpired(ports, policy, signal, (each) => gone.push(each));
  while ((await purgeRemoved(ports, signal)) === mostAtOnce);
  return gone;
}

/** Returns how many were found. */
export async function removeExpired(
  { retention, now, log }: RetentionPorts,
  policy: RetentionPolicy,
  signal: AbortSignal,
  onRemoved: (expired: Expired) => void = () => {},
): Promise<number> {
  const expired = await retention.expired(policy, now(), mostAtOnce);
  for (const each of expired) {
    signal.throwIfAborted();
    if (!(await retention.remove(each, now()))) continue;
    onRemoved(each);
    const { kind, id, runId, repository, because } = each;
    log.info({ kind, id, runId, repository }, `${kind} of ${repository} removed by policy: ${because}`);
  }
  return expired.length;
}

/** Returns how many were due. One that cannot be removed now is left to a later turn, and the others go on. */
export async function purgeRemoved(ports: RetentionPorts, signal: AbortSignal): Promise<number> {
  const { retention, now, log } = ports;
  const purges = await retention.takePurges({ nowMs: now(), holdMs, limit: mostAtOnce });
  for (const purge of purges) {
    signal.throwIfAborted();
    try {
      await removeFiles(purge, ports.files, signal);
      await retention.purged(purge.id, purge.purges === 0 ? now() + againMs : undefined);
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error, target: purge.target }, `files are not removed yet: ${messageOf(error)}`);
    }
  }
  return purges.length;
}

async function removeFiles(
  { runId, target, isPrefix }: Purge,
  files: StoredFiles,
  signal: AbortSignal,
): Promise<void> {
  if (isPrefix) {
    for await (const { key } of files.list(target, { signal })) await files.remove(key, { signal });
    return;
  }
  // A runner names the key of what it stored: what lies elsewhere than its run's artifacts may be another's.
  if (target.startsWith(`artifacts/${runId}/`)) await files.remove(target, { signal });
}
