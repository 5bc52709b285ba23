import type { RunnerOrder } from '../contract/presence.ts';
import { everyRunner, type KnownRunner, type RunnerRegistry } from './runner-registry.ts';

/** `which` is the id of a runner, the name of a host, for all that run there, or `*` for every one. */
export type OrderRunners = (
  which: string,
  order: RunnerOrder,
  by: string,
) => Promise<{ outcome: 'given'; runners: KnownRunner[] } | { outcome: 'unknown'; names: string[] }>;

/** Orders are kept in the store: control keeps to them at once, and runners hear of them with their next presence. */
export function createOrderRunners(
  registry: Pick<RunnerRegistry, 'list' | 'give'>,
  now: () => number,
): OrderRunners {
  return async (which, order, by) => {
    const { runners } = await registry.list();
    if (which === everyRunner) {
      await registry.give(everyRunner, order, by, now());
      return { outcome: 'given', runners };
    }
    const meant = runners.filter(({ id, name }) => id === which || name === which);
    if (meant.length === 0) {
      return { outcome: 'unknown', names: [...new Set(runners.map(({ name }) => name))] };
    }
    for (const { id } of meant) await registry.give(id, order, by, now());
    const after = await registry.list();
    return {
      outcome: 'given',
      runners: after.runners.filter(({ id }) => meant.some((one) => one.id === id)),
    };
  };
}
