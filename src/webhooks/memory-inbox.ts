import type { Inbox, NewDelivery, RefusedDelivery } from './inbox.ts';

export type MemoryInbox = Inbox & {
  /** In the order they were recorded. */
  deliveries(): NewDelivery[];
  /** How often somebody was turned away, by `source reason`. */
  refusals(): ReadonlyMap<string, number>;
};

/** An inbox that forgets everything at exit: for tests and for trying hookline out. */
export function memoryInbox(): MemoryInbox {
  const deliveries: NewDelivery[] = [];
  const idByKey = new Map<string, string>();
  const refusals = new Map<string, number>();

  return {
    async record(delivery) {
      const keys = [
        `${delivery.source} id ${delivery.deliveryId}`,
        `${delivery.source} body ${delivery.bodySha256}`,
      ];
      for (const key of keys) {
        const id = idByKey.get(key);
        if (id !== undefined) return { outcome: 'duplicate', id };
      }
      for (const key of keys) idByKey.set(key, delivery.id);
      deliveries.push(delivery);
      return { outcome: 'recorded', id: delivery.id };
    },
    refuse({ source, reason }: RefusedDelivery) {
      const key = `${source} ${reason}`;
      refusals.set(key, (refusals.get(key) ?? 0) + 1);
    },
    deliveries: () => [...deliveries],
    refusals: () => new Map(refusals),
  };
}
