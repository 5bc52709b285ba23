import type { Random } from '../scenarios/lease/random.ts';
import { pickByWeight } from './plan-deliveries.ts';

export type OrderKind = 'cancel' | 'retry failed' | 'retry all' | 'replay';

/** What a person orders, and when. Of what, is decided by what there is at that moment. */
export type PlannedOrder = {
  readonly id: string;
  readonly kind: OrderKind;
  readonly atMs: number;
  /** In [0, 1): which of those that there are. */
  readonly choice: number;
};

const kinds = [
  { kind: 'cancel', weight: 4 },
  { kind: 'retry failed', weight: 2 },
  { kind: 'retry all', weight: 2 },
  { kind: 'replay', weight: 2 },
] as const;

/** Every kind comes, for as long as there are orders. */
export function planOrders(random: Random, options: { orders: number; windowMs: number }): PlannedOrder[] {
  return Array.from({ length: options.orders }, (_, index) => ({
    id: `order-${index + 1}`,
    kind: (kinds[index] ?? pickByWeight(random, kinds)).kind,
    // At the very beginning there is nothing yet that anything could be ordered of.
    atMs: Math.round(random.between(0.2 * options.windowMs, options.windowMs)),
    choice: random.next(),
  }));
}
