import { isFinal, type Status } from '../../src/runs/run.ts';
import type { CommitStatus } from '../githost/commit-statuses.ts';
import { checkEffects } from './check-effects.ts';
import { checkOrders } from './check-orders.ts';
import type { Effect } from './effect.ts';
import type { GivenOrder } from './give-orders.ts';
import { kindOf } from './plan-deliveries.ts';
import type { SeenDelivery, SeenRun } from './seen.ts';
import type { SentDelivery } from './send-deliveries.ts';

/** Everything that can be seen from outside when all is quiet, or when the patience has ended. */
export type Facts = {
  sent: readonly SentDelivery[];
  deliveries: readonly SeenDelivery[];
  /** What people ordered meanwhile. */
  orders: readonly GivenOrder[];
  runs: readonly SeenRun[];
  /** What a commit has got at the git host, newest first. */
  statusesOf: (repository: string, sha: string) => readonly CommitStatus[];
  effects: readonly Effect[];
  /** The deployments whose hook ran, each time that it ran. */
  hooks: readonly string[];
  /** What is still there of jobs that have ended. */
  leftovers: readonly string[];
  /** Whether every build was carried out by the engine that notes its effects. */
  allEffectsKnown: boolean;
};

export type ProblemKind = 'lost' | 'double' | 'hanging' | 'leftover' | 'wrong';
export type AccountProblem = { kind: ProblemKind; what: string };

/** What may end a run otherwise than its pipeline would: its job lost its runner once too often, or its deployer was cut off. */
const excuses = new Set(['runner-lost', 'interrupted']);

/** Holds what was seen against what was promised. */
export function account(facts: Facts): AccountProblem[] {
  return [
    ...facts.sent.flatMap((sent) => checkDelivery(sent, facts)),
    ...facts.runs.flatMap((run) => checkRun(run, facts)),
    ...checkEffects(facts),
    ...checkOrders(facts),
    ...facts.leftovers.map((what) => ({ kind: 'leftover' as const, what })),
  ];
}

function checkDelivery({ planned, answers, promised }: SentDelivery, facts: Facts): AccountProblem[] {
  const { id, kind, expects } = planned;
  const name = `delivery ${id} (${kind})`;
  const stored = facts.deliveries.filter(({ deliveryId, replayOf }) => deliveryId === id && !replayOf);
  const runs = stored.flatMap(({ runIds }) => runIds);
  const found: AccountProblem[] = [];
  const say = (problem: ProblemKind, what: string) => found.push({ kind: problem, what: `${name}: ${what}` });

  if (stored.length > 1) say('double', `was stored ${stored.length} times`);
  if (runs.length > 1) say('double', `made the runs ${runs.join(', ')}`);
  if (expects === 'refused') {
    if (stored.length > 0) say('wrong', 'has a wrong signature and was stored');
    return found;
  }
  const odd = answers.filter((answer) => typeof answer === 'number' && answer !== 202 && answer < 500);
  if (odd.length > 0) say('wrong', `was answered ${odd.join(', ')}`);
  if (!promised) {
    say('hanging', `was never answered with 202: ${answers.slice(-3).join(', ')}`);
    return found;
  }
  const [delivery] = stored;
  if (!delivery) say('lost', 'was answered 202 and is not there');
  else if (delivery.outcome === 'pending')
    say('hanging', `is not planned: ${delivery.problem ?? 'no reason'}`);
  else if (expects === 'run' && runs.length === 0)
    say('lost', `made no run: ${delivery.reason ?? 'no reason'}`);
  else if (expects === 'no' && runs.length > 0) say('wrong', 'made a run and should not');
  return found;
}

function checkRun(run: SeenRun, facts: Facts): AccountProblem[] {
  const name = `run ${run.id} (${run.repository} #${run.number})`;
  const found: AccountProblem[] = [];
  const say = (problem: ProblemKind, what: string) => found.push({ kind: problem, what: `${name}: ${what}` });
  if (!isFinal(run.status)) {
    const jobs = run.jobs.map(({ name: job, status, attempts }) => `${job} ${status} (${attempts.length})`);
    say('hanging', `is ${run.status}: ${jobs.join(', ')}`);
    return found;
  }
  for (const job of run.jobs)
    if (!isFinal(job.status)) say('hanging', `its job ${job.name} is ${job.status}`);
  const wanted = wantedEnd(run, facts);
  const isAsWanted = run.status === wanted || (run.status === 'cancelled' && wasCancelled(run, facts));
  if (wanted !== undefined && !isAsWanted && !isExcused(run)) {
    say('wrong', `ended as ${run.status}, not ${wanted}: ${run.reason?.code} ${run.reason?.message}`);
  }
  const posted = facts.statusesOf(run.repository, run.sha);
  const states = posted.map(({ state }) => state).join(' ← ');
  // A replay makes another run of the same commit, and the last word may be of either.
  const ofCommit = facts.runs.filter(
    ({ repository, sha }) => repository === run.repository && sha === run.sha,
  );
  if (!ofCommit.some(({ status }) => posted[0]?.state === stateOf(status))) {
    const outbox = run.statuses.map(
      ({ state, delivery, tries, problem }) =>
        `${state} ${delivery} after ${tries} tries (${problem ?? 'no problem'})`,
    );
    const told = `its statuses at the git host are: ${states || 'none'}; in the outbox: ${outbox.join(', ')}`;
    say('hanging', `ended as ${run.status}, and ${told}`);
  }
  return found;
}

function wantedEnd(run: SeenRun, { sent, deliveries }: Facts): Status | undefined {
  const deliveryId = deliveries.find(({ id }) => id === run.deliveryId)?.deliveryId;
  const planned = sent.find((each) => each.planned.id === deliveryId)?.planned;
  return planned && kindOf(planned)?.ends;
}

/** Also by an order that was refused: it may have been carried out just before its control was killed. */
function wasCancelled(run: SeenRun, { orders }: Facts): boolean {
  return orders.some(({ kind, target }) => kind === 'cancel' && target === run.id);
}

export function isExcused(run: SeenRun): boolean {
  return run.jobs.some(({ reason }) => reason !== undefined && excuses.has(reason.code));
}

function stateOf(status: Status): CommitStatus['state'] {
  if (status === 'success' || status === 'skipped') return 'success';
  return status === 'failure' ? 'failure' : 'error';
}
