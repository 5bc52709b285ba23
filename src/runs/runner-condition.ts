import { type RunnerState, silentMs } from '../contract/presence.ts';
import type { GivenOrder, KnownRunner, KnownRunners } from './runner-registry.ts';

/** How a runner is, as far as control knows. `silent`: it said nothing for a while, and did not say that it would end. */
export const runnerConditions = [
  'ready',
  'not-ready',
  'draining',
  'drained',
  'paused',
  'stopping',
  'stopped',
  'silent',
] as const satisfies readonly (RunnerState | 'silent')[];
export type RunnerCondition = (typeof runnerConditions)[number];

/** The order that holds for the runner: its own, else that for all. */
export function orderFor(runner: KnownRunner, all: GivenOrder | undefined): GivenOrder | undefined {
  return runner.order ?? all;
}

/** An order counts from the moment it is given, for control itself keeps to it; only `drained` is the runner's to say. */
export function conditionOf(
  runner: KnownRunner,
  all: GivenOrder | undefined,
  nowMs: number,
): RunnerCondition {
  const { state } = runner;
  if (state === 'stopped') return 'stopped';
  if (nowMs - runner.seenAtMs > silentMs) return 'silent';
  if (state === 'stopping') return 'stopping';
  switch (orderFor(runner, all)?.order) {
    case 'drain':
      return state === 'drained' ? 'drained' : 'draining';
    case 'pause':
      return 'paused';
    case undefined:
      return state === 'not-ready' ? 'not-ready' : 'ready';
  }
}

const away: ReadonlySet<RunnerCondition> = new Set(['silent', 'stopped', 'stopping']);
const heldBack: ReadonlySet<RunnerCondition> = new Set(['draining', 'drained', 'paused']);

/** Why nobody takes a job that asks for these labels; nothing when a runner could, once it has a free slot. */
export function whyNobodyTakes(
  job: { kind: KnownRunner['kind']; labels: readonly string[] },
  { runners, all }: KnownRunners,
  nowMs: number,
): string | undefined {
  const { labels } = job;
  const what = job.kind === 'deployments' ? 'deployer' : 'runner';
  const waits = `waits for a ${what}${labels.length === 0 ? '' : ` with labels ${labels.join(', ')}`}`;
  const known = runners.filter(({ kind }) => kind === job.kind);
  const fit = known.filter((runner) => labels.every((label) => runner.labels.includes(label)));
  if (known.length === 0) return `${waits}; none is known`;
  if (fit.length === 0) return `${waits}; ${noneOf(known.length, what)}`;
  const there = fit.filter((runner) => !away.has(conditionOf(runner, all, nowMs)));
  if (there.length === 0) return `${waits}; away: ${namesOf(fit)}`;
  const free = there.filter((runner) => !heldBack.has(conditionOf(runner, all, nowMs)));
  if (free.length === 0) return `${waits}; paused or drained: ${namesOf(there)}`;
  if (free.some((runner) => conditionOf(runner, all, nowMs) === 'ready')) return undefined;
  return `${waits}; without a container engine that answers: ${namesOf(free)}`;
}

function noneOf(count: number, what: string): string {
  return count === 1 ? `the one ${what} known lacks them` : `none of the ${count} ${what}s known has them`;
}

function namesOf(runners: readonly KnownRunner[]): string {
  return [...new Set(runners.map(({ name }) => name))].join(', ');
}
