import { messageOf } from '../errors.ts';
import { type Loop, startLoop } from '../loop.ts';
import { type RecoveryPorts, recoverDeliveries } from './recover-deliveries.ts';

export type RecoverySettings = {
  /** How long after a look at a repository the next one follows. */
  everyMs: number;
  /** So that of several processes that start at once one looks. */
  settleMs: number;
  /** Repositories that are looked at although nothing ever arrived from them. */
  repositories?: ReadonlySet<string>;
};

export const recoveryTimes = { everyMs: 5 * 60_000, settleMs: 5_000 };

/** A repository that was silent for this long is not looked at any more. */
const activeMs = 30 * 24 * 60 * 60_000;
const idleMs = 30_000;

/**
 * Looks for missed deliveries at once and then every few minutes, one repository after another. Nothing waits for it.
 * What stands in the way of a repository is said once, until it changes.
 */
export function startRecovery(
  ports: RecoveryPorts,
  { everyMs, settleMs, repositories = new Set() }: RecoverySettings,
): Loop {
  const { store, log } = ports;
  const problems = new Map<string, string>();
  const looked = new Set<string>();

  async function look(repository: string, hookId: string | undefined, signal: AbortSignal): Promise<void> {
    const nowMs = ports.now();
    // The first time a process looks it does so at once: it may have been away.
    const unlessSinceMs = nowMs - (looked.has(repository) ? everyMs : settleMs);
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
      for (const repository of new Set([...hooks.keys(), ...repositories])) {
        if (signal.aborted) break;
        await look(repository, hooks.get(repository), signal);
      }
      return 'idle';
    },
  });
}
