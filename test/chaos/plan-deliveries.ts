import type { Random } from '../scenarios/lease/random.ts';
import { type ChangeKind, changeKinds } from './change-kinds.ts';

/** `run`: exactly one run; `no`: a recorded no; `refused`: it is not to be believed, and leaves nothing. */
export type Expectation = 'run' | 'no' | 'refused';

export type PlannedDelivery = {
  /** As the provider calls it. */
  readonly id: string;
  readonly repository: string;
  readonly kind: string;
  readonly expects: Expectation;
  /** Of the first time it is sent, from the beginning. */
  readonly atMs: number;
  /** When it is sent again though nobody asked for it, at the same instant or long after. */
  readonly againAtMs: readonly number[];
};

export type DeliveriesOptions = {
  deliveries: number;
  /** Of the deliveries, how many ask for a run. */
  runs: number;
  repositories: readonly string[];
  windowMs: number;
  deploys: boolean;
  /** Whether there is a runner for jobs in real containers. */
  docker?: boolean;
};

const others = [
  { name: 'unwanted branch', expects: 'no', weight: 4 },
  { name: 'deleted branch', expects: 'no', weight: 4 },
  { name: 'ping', expects: 'no', weight: 2 },
  { name: 'wrong signature', expects: 'refused', weight: 1 },
] as const;

const share = { sentTwiceAtOnce: 0.05, sentAgain: 0.15 };
const mostAgain = 3;

/** What is sent, when, and what has to come of it. The order is shuffled: a provider keeps none. */
export function planDeliveries(random: Random, options: DeliveriesOptions): PlannedDelivery[] {
  const { deliveries, runs, windowMs } = options;
  const kinds = changeKinds.filter(
    ({ deploys, docker }) => (options.deploys || !deploys) && (options.docker || !docker),
  );
  return Array.from({ length: deliveries }, (_, index) => {
    const isRun = Math.floor(((index + 1) * runs) / deliveries) > Math.floor((index * runs) / deliveries);
    const other = pickByWeight(random, others);
    const kind = pickByWeight(random, kinds);
    const atMs = Math.round(random.between(0, windowMs));
    return {
      id: `chaos-${index + 1}`,
      repository: random.pick(options.repositories) ?? '',
      kind: isRun ? kind.name : other.name,
      expects: isRun ? ('run' as const) : other.expects,
      atMs,
      againAtMs: timesAgain(random, atMs, windowMs),
    };
  });
}

function timesAgain(random: Random, atMs: number, windowMs: number): number[] {
  if (random.chance(share.sentTwiceAtOnce)) return [atMs];
  if (!random.chance(share.sentAgain)) return [];
  const count = 1 + Math.floor(random.between(0, mostAgain));
  return Array.from({ length: count }, () => Math.round(random.between(atMs, windowMs)));
}

export function pickByWeight<T extends { weight: number }>(random: Random, items: readonly T[]): T {
  let left = random.between(
    0,
    items.reduce((sum, { weight }) => sum + weight, 0),
  );
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  throw new Error('there is nothing to choose from');
}

export function kindOf({ kind }: Pick<PlannedDelivery, 'kind'>): ChangeKind | undefined {
  return changeKinds.find(({ name }) => name === kind);
}
