import { messageOf } from '../errors.ts';
import { type Loop, startLoop } from '../loop.ts';
import { type RecoveryPorts, recoverDeliveries } from './recover-deliveries.ts';

export type RecoverySettings = {
  /** How long after a look at a repository the next one follows. */
  everyMs: number;
  /** These and no others, also when nothing ever arrived from them; absent: all that something arrived from lately. */
  repositories?: ReadonlySet<string>;
};

/** A repository that was silent for this long is not looked at any more. */
const activeMs = 30 * 24 * 60 * 60_000;
const idleMs = 30_000;

/**
 * Looks for missed deliveries at once and then every few minutes, one repository after another. Nothing waits for it.
 * What stands in the way of a repository is said once, until it changes.
 */
export function startRecovery(ports: RecoveryPorts, { everyMs, repositories }: RecoverySettings): Loop {
  const { store, log } = ports;
  const startedAtMs = ports.now();
  const problems = new Map<string, string>();
  const looked = new Set<string>();

  async function look(repository: string, hookId: string | undefined, signal: AbortSignal): Promise<void> {
    const nowMs = ports.now();
    // Nothing may have listened before this start: somebody must look after it, however short ago the last time was.
    const unlessSinceMs = looked.has(repository) ? nowMs - everyMs : startedAtMs;
    const claimed = await store.claim(repository, { nowMs, unlessSinceMs });
    looked.add(repository);
    if (!claimed) return;
    try {
      const known = hookId === undefined ? {} : { hookId };
      await recoverDeliveries({ repository, ...known, ...claimed }, ports, signal);
      problems.delete(repository);
    } catch (error) {
      if (signal.aborted) return;
      const problem = messageOf(error);
      if (problems.get(repository) === problem) return;
      problems.set(repository, problem);
      log.warn({ repository }, `missed deliveries of ${repository} cannot be looked for: ${problem}`);
    }
  }

  return startLoop({
    name: 'recovery',
    idleMs: Math.min(idleMs, everyMs),
    log: ports.log,
    turn: async (signal) => {
      const active = await store.repositories(ports.now() - activeMs);
      const hooks = new Map(active.map(({ repository, hookId }) => [repository, hookId]));
      for (const repository of repositories ?? hooks.keys()) {
        if (signal.aborted) break;
        await look(repository, hooks.get(repository), signal);
      }
      return 'idle';
    },
  });
}
