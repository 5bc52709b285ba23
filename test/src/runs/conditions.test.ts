import { describe, expect, it } from 'vitest';
import type { JobPlan } from '../../../pipelines/plan.ts';
import type { Run } from '../../../src/runs/run.ts';
import { type RunEvent, transition } from '../../../src/runs/transition.ts';
import { buildPlan, created, deployPlan, jobId, sampleLease } from './sample-run.ts';

type Outcome = 'success' | 'failure' | 'error';
const failure = { when: 'failure' } as const;
const always = { when: 'always' } as const;
const leftOut = { leftOut: { why: 'branch "wip" matches none of jobs.lint.when.branches (main)', line: 7 } };

function ended(name: string, outcome: Outcome, attempt = 1): RunEvent[] {
  const lease = `${name}-${attempt}`;
  const end = { logLines: 0, logBytes: 0, logCut: false };
  const body = { type: 'job.finished', at: 3_000, outcome, ...end } as const;
  return [
    { type: 'claimed', jobId: jobId('run', name), attempt, lease: sampleLease(lease) },
    { type: 'reported', jobId: jobId('run', name), leaseId: lease, seq: 1, body },
  ];
}

const move = (run: Run, ...events: RunEvent[]) =>
  events.reduce((current, event) => transition(current, event, 4_000).run, run);
const runOf = (plans: JobPlan[], outcomes: Record<string, Outcome> = {}) =>
  move(created(plans).run, ...Object.entries(outcomes).flatMap(([name, outcome]) => ended(name, outcome)));
const statusesOf = (run: Run) => Object.fromEntries(run.jobs.map(({ name, status }) => [name, status]));

describe('a job that is there for failures', () => {
  const plans = [buildPlan('a'), buildPlan('b', ['a']), buildPlan('tell', ['b'], failure)];

  it('waits until all that it needs has ended', () => {
    expect(statusesOf(runOf(plans))).toMatchObject({ a: 'queued', tell: 'queued' });
    const two = [buildPlan('a'), buildPlan('b'), buildPlan('tell', ['a', 'b'], failure)];
    const run = runOf(two, { a: 'failure' });
    expect(run.jobs[2]).toMatchObject({ status: 'queued' });
    expect(run.jobs[2]?.attempt).toBeUndefined();
    expect(move(run, ...ended('b', 'success')).jobs[2]?.attempt?.number).toBe(1);
  });

  it.each(['failure', 'error'] as const)(
    'is carried out after a %s, also of something further back',
    (outcome) => {
      const run = runOf(plans, { a: outcome });
      expect(statusesOf(run)).toEqual({ a: outcome, b: 'skipped', tell: 'queued' });
      expect(move(run, ...ended('tell', 'success')).status).toBe(outcome);
    },
  );

  it('is skipped with the reason when nothing failed, and what needs it says so', () => {
    const run = runOf([...plans, buildPlan('after', ['tell'])], { a: 'success', b: 'success' });
    expect(run.jobs[2]).toMatchObject({
      status: 'skipped',
      reason: { code: 'when', message: 'nothing that it needs has failed, and it says when: failure' },
    });
    expect(run.jobs[3]?.reason?.message).toBe(
      'job "tell" ended as skipped: nothing that it needs has failed, and it says when: failure',
    );
    expect(run.status).toBe('success');
    expect(move(run, { type: 'retried', scope: 'all' }).jobs[2]?.status).toBe('queued');
  });

  it('does not take a failure that is allowed, or a cancelled run, for one', () => {
    const allowed = [buildPlan('a', [], { allowFailure: true }), buildPlan('tell', ['a'], failure)];
    expect(statusesOf(runOf(allowed, { a: 'failure' }))).toEqual({ a: 'failure', tell: 'skipped' });
    const reason = { code: 'cancelled', message: 'stop' };
    expect(statusesOf(move(runOf(plans), { type: 'cancel-requested', reason }))).toMatchObject({
      tell: 'cancelled',
    });
  });
});

describe('a job that is always carried out', () => {
  it.each(['success', 'failure', 'error'] as const)('comes after a %s', (outcome) => {
    const run = runOf([buildPlan('a'), buildPlan('tidy', ['a'], always)], { a: outcome });
    expect(run.jobs[1]).toMatchObject({ status: 'queued', attempt: { number: 1 } });
  });
});

describe('a job that is left out', () => {
  const plans = [
    buildPlan('lint', [], leftOut),
    buildPlan('test', ['lint']),
    deployPlan('x', ['lint', 'test']),
  ];

  it('is skipped from the beginning, with the rule, the value and the line', () => {
    expect(created(plans).run.jobs[0]).toMatchObject({
      status: 'skipped',
      finishedAtMs: 1_000,
      reason: {
        code: 'when',
        message: 'branch "wip" matches none of jobs.lint.when.branches (main), line 7 of .hookline.yml',
      },
    });
  });

  it('is missed by no other job, and by no deployment', () => {
    const run = runOf(plans, { test: 'success' });
    expect(statusesOf(run)).toEqual({ lint: 'skipped', test: 'success', 'deploy x': 'queued' });
  });

  it('stays so in the run of a fork, and whatever is run again', () => {
    const fork = created(plans, { change: { fork: true } }).run;
    expect(statusesOf(fork)).toEqual({ lint: 'skipped', test: 'waiting', 'deploy x': 'waiting' });
    const done = runOf(plans.slice(0, 2), { test: 'success' });
    expect(done.status).toBe('success');
    expect(transition(done, { type: 'retried', scope: 'failed' }, 5_000).run).toBe(done);
    expect(statusesOf(move(done, { type: 'retried', scope: 'all' }))).toEqual({
      lint: 'skipped',
      test: 'queued',
    });
  });
});
