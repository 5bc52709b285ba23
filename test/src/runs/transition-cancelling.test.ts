import { describe, expect, it } from 'vitest';
import { type RunEvent, transition } from '../../../src/runs/transition.ts';
import {
  cancel,
  claimed,
  expired,
  finished,
  reported,
  states,
  statusOf,
  through,
  tickets,
  whole,
} from './sample-events.ts';
import { buildPlan, created, deployPlan } from './sample-run.ts';

describe('cancelling', () => {
  it('ends what waits at once and what runs when its runner says so', () => {
    const first = created([buildPlan('a'), buildPlan('b', ['a']), buildPlan('c')]).run;
    const stopping = through(first, [claimed('a'), cancel]).run;
    expect(statusOf(stopping)).toEqual({ a: 'running', b: 'cancelled', c: 'cancelled' });
    expect(stopping.status).toBe('running');
    const { run } = through(stopping, [reported('a', 1, finished('cancelled'))]);
    expect(run.status).toBe('cancelled');
    expect(run.reason).toEqual({ code: 'user', message: 'ada said stop' });
  });

  it('starts nothing after it', () => {
    const first = created([buildPlan('a'), buildPlan('b', ['a'])]).run;
    const { effects } = through(first, [claimed('a'), cancel, reported('a', 1, finished('success'))]);
    expect(tickets(effects)).toEqual([]);
  });

  it('is not the reason of a run that failed or succeeded all the same', () => {
    const first = created([buildPlan('a')]).run;
    const success = through(first, [claimed('a'), cancel, reported('a', 1, finished('success'))]).run;
    expect(success.status).toBe('success');
    expect(success.reason).toBeUndefined();
    const failure = through(first, [claimed('a'), cancel, reported('a', 1, finished('failure', 'red'))]).run;
    expect(failure.reason?.message).toBe('a: red');
  });

  it('asked for a second time changes nothing, not even who said so', () => {
    const { run } = through(created([buildPlan('a')]).run, [claimed('a'), cancel]);
    const other: RunEvent = { type: 'cancel-requested', reason: { code: 'user', message: 'bob too' } };
    expect(transition(run, other, 1).run).toBe(run);
  });
});

describe('a run that a newer one supersedes', () => {
  const by = { id: 'newer', number: 2, sha: 'b'.repeat(40) };
  const superseded: RunEvent = { type: 'superseded', by };
  const plans = [buildPlan('build'), deployPlan('production', ['build'])];

  it('is cancelled, says by which run, and closes the status of its commit', () => {
    const { run, effects } = through(created(plans).run, [superseded]);
    expect(run).toMatchObject({ status: 'cancelled', supersededBy: by });
    expect(run.reason).toEqual({ code: 'superseded', message: 'superseded by run #2' });
    expect(run.jobs.every((job) => job.reason?.code === 'superseded')).toBe(true);
    const told = effects.flatMap((effect) => (effect.type === 'commit-status' ? [effect.status] : []));
    expect(told.map(({ state, description }) => [state, description])).toEqual([
      ['error', 'Run #1 was cancelled: superseded by run #2'],
    ]);
  });

  it('stops what runs and deploys nothing any more', () => {
    const stopping = through(created(plans).run, [claimed('build'), superseded]).run;
    expect(statusOf(stopping)).toEqual({ build: 'running', 'deploy production': 'cancelled' });
    const { run } = through(stopping, [reported('build', 1, finished('cancelled'))]);
    expect(run.status).toBe('cancelled');
    const inTime = through(stopping, [reported('build', 1, finished('success'))]);
    expect(tickets(inTime.effects)).toEqual([]);
    expect(inTime.run.status).toBe('cancelled');
  });

  it('waits no longer for an approval', () => {
    const fork = created(plans, { change: { fork: true } }).run;
    expect(transition(fork, superseded, 1).run.status).toBe('cancelled');
  });

  it('goes on when a deployment of it has begun, even if its runner was lost', () => {
    const deploy = 'deploy production';
    const queued = through(created(plans).run, whole('build')).run;
    expect(statusOf(transition(queued, superseded, 1).run)).toEqual({
      build: 'success',
      [deploy]: 'cancelled',
    });
    const deploying = through(queued, [claimed(deploy)]).run;
    expect(transition(deploying, superseded, 1).run).toBe(deploying);
    const lost = through(deploying, [expired(deploy)]).run;
    expect(transition(lost, superseded, 1).run).toBe(lost);
    const two = [...plans, deployPlan('staging', ['build'])];
    const half = through(created(two).run, [...whole('build'), ...whole(deploy)]).run;
    expect(transition(half, superseded, 1).run).toBe(half);
  });

  it('is not held by a deployment of before it was tried again', () => {
    const ended = through(created(plans).run, [...whole('build'), ...whole('deploy production', 'failure')]);
    const again = through(ended.run, [{ type: 'retried', scope: 'all' }]).run;
    expect(transition(again, superseded, 1).run.status).toBe('cancelled');
  });

  it('says nothing more of a commit that the newer run is of', () => {
    const same: RunEvent = { type: 'superseded', by: { ...by, sha: 'a'.repeat(40) } };
    const running = through(created(plans).run, [claimed('build')]).run;
    const { run, effects } = through(running, [same, reported('build', 1, finished('cancelled'))]);
    expect(run.status).toBe('cancelled');
    expect(states(effects)).toEqual([]);
    const again = transition(run, { type: 'retried', scope: 'all' }, 1);
    expect(again.run.supersededBy).toBeUndefined();
    expect(states(again.effects)).toEqual(['pending']);
  });

  it('keeps its first reason when it ended, or was stopped, before', () => {
    const cancelled = through(created(plans).run, [cancel]).run;
    expect(transition(cancelled, superseded, 1).run).toBe(cancelled);
    const stopping = through(created(plans).run, [claimed('build'), cancel]).run;
    expect(transition(stopping, superseded, 1).run).toBe(stopping);
    const twice = through(created(plans).run, [claimed('build'), superseded]).run;
    expect(transition(twice, { type: 'superseded', by: { ...by, number: 3 } }, 1).run).toBe(twice);
  });
});
