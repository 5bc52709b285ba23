import type { Random } from '../scenarios/lease/random.ts';
import { pickByWeight } from './plan-deliveries.ts';

/** A kind of fault as the plan sees it. What it does is said in `faults/`. */
export type FaultKind = {
  readonly name: string;
  /** What it can hit; one thing is hit by one fault at a time, different things by several at once. */
  readonly targets: readonly string[];
  readonly weight: number;
  readonly lastsMs: readonly [least: number, most: number];
};

export type PlannedFault = {
  readonly kind: string;
  readonly target: string;
  readonly atMs: number;
  readonly lastsMs: number;
};

/** Between two faults of one thing: long enough for it to be up again, short enough to hit it while it gets going. */
const restMs = 400;
const triesToPlace = 60;

/**
 * When what breaks, for how long. Every kind comes at least once if there is room; beyond that chance decides. Faults of
 * different things overlap as it comes.
 */
export function planFaults(
  random: Random,
  options: { kinds: readonly FaultKind[]; count: number; windowMs: number; longestMs: number },
): PlannedFault[] {
  const { kinds, count } = options;
  const usable = kinds.filter(({ targets }) => targets.length > 0);
  if (usable.length === 0) return [];
  const planned: PlannedFault[] = [];
  for (let index = 0; index < count; index += 1) {
    for (let tries = 0; tries < triesToPlace; tries += 1) {
      const kind = (tries === 0 ? usable[index] : undefined) ?? pickByWeight(random, usable);
      const fault = draw(random, kind, options);
      if (planned.some((other) => meets(fault, other))) continue;
      planned.push(fault);
      break;
    }
  }
  return planned.sort((one, other) => one.atMs - other.atMs);
}

function draw(
  random: Random,
  { name, targets, lastsMs: [least, most] }: FaultKind,
  { windowMs, longestMs }: { windowMs: number; longestMs: number },
): PlannedFault {
  return {
    kind: name,
    target: random.pick(targets) ?? '',
    atMs: Math.round(random.between(0, windowMs)),
    lastsMs: Math.round(random.between(least, Math.max(least, Math.min(most, longestMs)))),
  };
}

function meets(one: PlannedFault, other: PlannedFault): boolean {
  if (one.target !== other.target) return false;
  return one.atMs < other.atMs + other.lastsMs + restMs && other.atMs < one.atMs + one.lastsMs + restMs;
}
