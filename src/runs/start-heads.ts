import { messageOf } from '../errors.ts';
import { type Loop, startLoop } from '../loop.ts';
import { graceMs } from './compare-heads.ts';
import type { KnownRepository } from './head-book.ts';
import { type HeadPorts, lookAtHeads } from './look-at-heads.ts';

export type HeadSettings = {
  /** How long after a look at a repository the next one follows, give or take a fifth. */
  everyMs: number;
  /** These and no others; absent: all that something arrived from lately. */
  repositories?: ReadonlySet<string>;
  /** Looked at whether something arrived from them or not, each so often: what moves there is built at once. */
  polled?: { places: readonly KnownRepository[]; everyMs: number };
};

/** A repository that was silent for this long is not looked at any more. */
const activeMs = 30 * 24 * 60 * 60_000;
const idleMs = 10_000;

/**
 * Compares the heads of each known repository at once and then every few minutes, one after another. Nothing waits for
 * it. What stands in the way of a repository is said once, until it changes.
 */
export function startHeads(
  ports: HeadPorts & { random: () => number },
  { everyMs, repositories, polled = { places: [], everyMs } }: HeadSettings,
): Loop {
  const { heads, log, now } = ports;
  const startedAtMs = now();
  const problems = new Map<string, string>();
  /** How long after the last look the next one follows. */
  const waitsMs = new Map<string, number>();

  const isPolled = new Set(polled.places.map(({ repository }) => repository));
  let isWatching = false;

  async function look(place: KnownRepository, signal: AbortSignal): Promise<void> {
    const { repository } = place;
    const nowMs = now();
    // So that many repositories, and many processes, do not all ask at the same moment.
    const polls = isPolled.has(repository);
    const jitteredMs = (polls ? polled.everyMs : everyMs) * (0.8 + 0.4 * ports.random());
    const waitMs = waitsMs.get(repository);
    const unlessSinceMs = waitMs === undefined ? startedAtMs : nowMs - waitMs;
    const claimed = await heads.claim(repository, { nowMs, unlessSinceMs });
    if (claimed || waitMs === undefined) waitsMs.set(repository, jitteredMs);
    if (!claimed) return;
    try {
      const next = await lookAtHeads(place, { ...claimed, isPolled: polls }, ports, signal);
      if (next === 'more') waitsMs.set(repository, Math.min(graceMs, jitteredMs));
      problems.delete(repository);
    } catch (error) {
      if (signal.aborted) return;
      const problem = messageOf(error);
      if (problems.get(repository) === problem) return;
      problems.set(repository, problem);
      log.warn({ repository }, `the heads of ${repository} cannot be compared: ${problem}`);
    }
  }

  return startLoop({
    name: 'heads',
    idleMs: Math.min(idleMs, everyMs, polled.everyMs),
    log,
    turn: async (signal) => {
      if (!isWatching) for (const place of polled.places) await heads.watch(place, now());
      isWatching = true;
      const active = await heads.repositories(now() - activeMs);
      const others = active.filter(({ repository }) => !isPolled.has(repository));
      for (const place of [...polled.places, ...others]) {
        if (signal.aborted) break;
        if (repositories === undefined || repositories.has(place.repository)) await look(place, signal);
      }
      return 'idle';
    },
  });
}
