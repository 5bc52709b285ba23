import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/runs/run.ts';
import { type RunEvent, transition } from '../../../src/runs/transition.ts';
import { cancel, claimed, expired, idOf, statusOf, through, tickets, whole } from './sample-events.ts';
import { buildPlan, created, deployPlan } from './sample-run.ts';

describe('a job of a group', () => {
  const deploy = 'deploy production';
  const plans = [buildPlan('build'), deployPlan('production', ['build'], { group: 'deploy-main' })];
  const turn = (number: number): RunEvent => ({ type: 'group-granted', jobId: idOf(deploy), turn: number });
  const granted = turn(1);
  const built = through(created(plans).run, whole('build'));
  const reasonOf = (run: Run) => run.jobs[1]?.reason?.message;

  it('waits for its turn once its needs are met, and the run with it', () => {
    expect(statusOf(built.run)).toEqual({ build: 'success', [deploy]: 'waiting' });
    expect(reasonOf(built.run)).toBe('waits for its turn in group "deploy-main"');
    expect(built.run.status).toBe('waiting');
    expect(tickets(built.effects)).toEqual([]);
    const told = built.effects.findLast((effect) => effect.type === 'commit-status');
    expect(told?.status).toMatchObject({
      state: 'pending',
      description: 'Run #1 waits for its turn in group "deploy-main"',
    });
  });

  it('leaves the run running while others of it do', () => {
    const two = created([buildPlan('a'), buildPlan('b', [], { group: 'g' })]).run;
    expect([two.status, statusOf(two)]).toEqual(['queued', { a: 'queued', b: 'waiting' }]);
    expect(through(two, [claimed('a')]).run.status).toBe('running');
  });

  it('begins when the group is its own, once', () => {
    const begun = transition(built.run, granted, 20_000);
    expect(tickets(begun.effects)).toEqual([`deployments ${idOf(deploy)}`]);
    expect(begun.run.jobs[1]).toMatchObject({ status: 'queued', attempt: { number: 1 } });
    expect(reasonOf(begun.run)).toBeUndefined();
    expect(transition(begun.run, granted, 20_000).run).toBe(begun.run);
    const early = created(plans).run;
    expect(transition(early, granted, 1).run).toBe(early);
  });

  it('keeps its turn when its runner is lost, and waits for another one when it is tried again', () => {
    const lost = through(built.run, [granted, claimed(deploy), expired(deploy)]).run;
    expect(lost.jobs[1]).toMatchObject({ status: 'queued', attempt: { number: 2 } });
    const failed = through(built.run, [granted, ...whole(deploy, 'failure')]).run;
    const again = transition(failed, { type: 'retried', scope: 'failed' }, 1).run;
    expect(statusOf(again)[deploy]).toBe('waiting');
    expect(transition(again, granted, 1).run).toBe(again);
    expect(transition(again, turn(2), 1).run.jobs[1]?.attempt?.number).toBe(2);
  });

  it('can be cancelled while it waits, and needs no approval', () => {
    expect(transition(built.run, cancel, 1).run.status).toBe('cancelled');
    const approval = { by: 'Ada', atMs: 1 };
    expect(transition(built.run, { type: 'approved', approval }, 1).run).toBe(built.run);
  });
});
