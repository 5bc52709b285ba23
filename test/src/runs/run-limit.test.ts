import { describe, expect, it } from 'vitest';
import { createRun } from '../../../src/runs/create-run.ts';
import type { Run } from '../../../src/runs/run.ts';
import { limitText } from '../../../src/runs/run-limit.ts';
import { type RunEvent, transition } from '../../../src/runs/transition.ts';
import { claimed, finished, idOf, reported, states, statusOf, whole } from './sample-events.ts';
import { buildPlan, newRun } from './sample-run.ts';

const overdue: RunEvent = { type: 'overdue' };

function limited(plans = [buildPlan('a'), buildPlan('b', ['a'])], timeoutMs = 60_000): Run {
  const given = newRun(plans);
  if ('error' in given) throw new Error('no plan');
  return createRun({ ...given, plan: { ...given.plan, timeoutMs } }, 1).run;
}

const at = (run: Run, nowMs: number, ...events: RunEvent[]) =>
  events.reduce((current, event) => transition(current, event, nowMs).run, run);

describe('the time that a run may take', () => {
  it('runs from the start of its first job', () => {
    const fresh = limited();
    expect(fresh.limit).toEqual({ timeoutMs: 60_000, leftMs: 60_000 });
    const begun = at(fresh, 10_000, claimed('a'));
    expect(begun.limit?.deadlineMs).toBe(70_000);
    expect(at(begun, 40_000, reported('a', 1, finished('success'))).limit?.deadlineMs).toBe(70_000);
    expect(transition(begun, overdue, 69_999).run).toBe(begun);
  });

  it('ends the run as a failure that names the limit, once its jobs have stopped', () => {
    const begun = at(limited(), 10_000, claimed('a'));
    const late = transition(begun, overdue, 70_000);
    expect(late.run).toMatchObject({
      status: 'running',
      reason: { code: 'run-timeout', message: 'the run took longer than its limit of 60 s' },
    });
    expect(statusOf(late.run)).toEqual({ a: 'running', b: 'cancelled' });
    expect(late.effects).toContainEqual({ type: 'stop-lease', leaseId: 'l-a', runner: 'r1.a' });
    expect(late.run.limit?.deadlineMs).toBeUndefined();
    const over = transition(late.run, reported('a', 1, finished('cancelled')), 71_000);
    expect(over.run).toMatchObject({ status: 'failure', reason: { code: 'run-timeout' } });
    expect(states(over.effects)).toEqual(['failure']);
  });

  it('is not what is told when something else had failed before', () => {
    const two = limited([buildPlan('a'), buildPlan('b')]);
    const failed = at(two, 10_000, ...whole('a', 'failure'), claimed('b'));
    const over = at(failed, 90_000, overdue, reported('b', 1, finished('cancelled')));
    expect(over).toMatchObject({ status: 'failure', reason: { code: 'step-failure' } });
  });

  it('stands still while all that is left of the run waits for its group', () => {
    const run = limited([buildPlan('a'), buildPlan('b', ['a'], { group: 'one' })]);
    const waits = at(at(run, 10_000, claimed('a')), 40_000, reported('a', 1, finished('success')));
    expect(waits).toMatchObject({ status: 'waiting', limit: { leftMs: 30_000 } });
    expect(transition(waits, overdue, 9_000_000).run).toBe(waits);
    const goesOn = at(waits, 1_000_000, { type: 'group-granted', jobId: idOf('b'), turn: 1 });
    expect(goesOn.limit?.deadlineMs).toBe(1_030_000);
  });

  it('is the whole of it again when a person asks for the run again', () => {
    const over = at(limited([buildPlan('a')]), 10_000, ...whole('a', 'failure'));
    expect(over.limit?.deadlineMs).toBeUndefined();
    const again = at(over, 500_000, { type: 'retried', scope: 'all' }, claimed('a', 'l2', 2));
    expect(again.limit?.deadlineMs).toBe(560_000);
  });

  it('is told in the units that people write it in', () => {
    expect([90_000, 600_000, 5_400_000, 86_400_000, 121_000].map(limitText)).toEqual([
      '90 s',
      '10 min',
      '1 h 30 min',
      '24 h',
      '2 min 1 s',
    ]);
  });
});

describe('a job that nobody takes', () => {
  const nobody: RunEvent = {
    type: 'unclaimed',
    jobId: idOf('a'),
    attempt: 1,
    limitMs: 86_400_000,
    wanted: 'a runner with a free slot',
  };

  it('ends in error and says how long it waited and for whom', () => {
    const { run } = transition(limited(), nobody, 90_000_000);
    expect(run).toMatchObject({ status: 'error', reason: { code: 'queue-timeout' } });
    expect(run.jobs[0]?.reason?.message).toBe(
      'nobody took the job within 24 h: it waits for a runner with a free slot',
    );
    expect(run.jobs[0]?.attempt?.status).toBe('ended');
  });

  it('is left alone when somebody has taken it at last, or when it has a newer attempt', () => {
    const taken = at(limited(), 10_000, claimed('a'));
    expect(transition(taken, nobody, 90_000_000).run).toBe(taken);
    const fresh = limited();
    expect(transition(fresh, { ...nobody, attempt: 2 }, 90_000_000).run).toBe(fresh);
  });
});
