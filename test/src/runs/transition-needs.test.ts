import { describe, expect, it } from 'vitest';
import { transition } from '../../../src/runs/transition.ts';
import { claimed, finished, idOf, reported, statusOf, through, tickets, whole } from './sample-events.ts';
import { buildPlan, created, deployPlan } from './sample-run.ts';

describe('jobs that need others', () => {
  const diamond = () =>
    created([buildPlan('a'), buildPlan('b', ['a']), buildPlan('c', ['a']), buildPlan('d', ['b', 'c'])]);

  it('gives tickets only to those that need nothing, then to each as soon as its needs succeeded', () => {
    const first = diamond();
    expect(tickets(first.effects)).toEqual([`jobs ${idOf('a')}`]);
    const second = through(first.run, whole('a'));
    expect(tickets(second.effects)).toEqual([`jobs ${idOf('b')}`, `jobs ${idOf('c')}`]);
    const third = through(second.run, whole('b'));
    expect(tickets(third.effects)).toEqual([]);
    const fourth = through(third.run, whole('c'));
    expect(tickets(fourth.effects)).toEqual([`jobs ${idOf('d')}`]);
    expect(through(fourth.run, whole('d')).run.status).toBe('success');
  });

  it('skips what needs a job that failed, and what needs that, in the same step', () => {
    const { run } = through(diamond().run, whole('a', 'failure'));
    expect(statusOf(run)).toEqual({ a: 'failure', b: 'skipped', c: 'skipped', d: 'skipped' });
    expect(run.status).toBe('failure');
    expect(run.jobs[3]?.reason).toEqual({ code: 'needs', message: 'job "b" ended as skipped' });
    expect(run.reason?.message).toBe('a: step "x" said failure');
  });

  it('skips a job as soon as one of its needs failed, though another still runs', () => {
    const fan = created([buildPlan('slow'), buildPlan('bad'), buildPlan('both', ['slow', 'bad'])]).run;
    const { run } = through(fan, [claimed('slow'), ...whole('bad', 'failure')]);
    expect(statusOf(run)).toEqual({ slow: 'running', bad: 'failure', both: 'skipped' });
    expect(run.status).toBe('running');
  });

  it('goes by the gravest end: error, then failure, then cancelled, then success', () => {
    const fan = () => created([buildPlan('a'), buildPlan('b'), buildPlan('c')]).run;
    const end = (...outcomes: Parameters<typeof finished>[0][]) =>
      through(
        fan(),
        ['a', 'b', 'c'].flatMap((name, index) => whole(name, outcomes[index] ?? 'success')),
      ).run;
    expect(end('success', 'failure', 'error').status).toBe('error');
    expect(end('cancelled', 'failure', 'success').status).toBe('failure');
    expect(end('cancelled', 'success', 'success').status).toBe('cancelled');
    expect(end('success', 'success', 'success').status).toBe('success');
    expect(end('success', 'failure', 'error').reason?.message).toBe('c: step "x" said error');
  });

  it('puts deployments into their own queue, after every build', () => {
    const first = created([buildPlan('build'), deployPlan('production', ['build'])]);
    expect(tickets(first.effects)).toEqual([`jobs ${idOf('build')}`]);
    expect(tickets(through(first.run, whole('build')).effects)).toEqual([
      `deployments ${idOf('deploy production')}`,
    ]);
  });
});

describe('a failure that is allowed', () => {
  const allowed = (name: string, needs: string[] = []) => buildPlan(name, needs, { allowFailure: true });
  const plans = [allowed('lint'), buildPlan('test', ['lint']), deployPlan('production', ['lint', 'test'])];

  it('stays a failure, and neither fails the run nor stops the jobs that need it', () => {
    const { run, effects } = through(created(plans).run, [
      ...whole('lint', 'failure'),
      ...whole('test'),
      ...whole('deploy production'),
    ]);
    expect(statusOf(run)).toEqual({ lint: 'failure', test: 'success', 'deploy production': 'success' });
    expect(run.status).toBe('success');
    expect(run.reason).toEqual({ code: 'allowed-failure', message: '1 allowed failure: lint' });
    const last = effects.findLast((effect) => effect.type === 'commit-status');
    expect(last?.status).toMatchObject({
      state: 'success',
      description: expect.stringMatching(/^Run #1 succeeded in \d+ s, 1 allowed failure: lint$/),
    });
  });

  it('is none of the reasons why a run failed, and an error is never allowed', () => {
    const two = () => created([allowed('lint'), buildPlan('test')]).run;
    const failed = through(two(), [...whole('lint', 'failure'), ...whole('test', 'failure')]).run;
    expect([failed.status, failed.reason?.message]).toEqual(['failure', 'test: step "x" said failure']);
    const broken = through(two(), [...whole('lint', 'error'), ...whole('test')]).run;
    expect([broken.status, broken.reason?.message]).toEqual(['error', 'lint: step "x" said error']);
  });

  it('is tried again with what failed', () => {
    const { run } = through(created([allowed('lint')]).run, whole('lint', 'failure'));
    const again = transition(run, { type: 'retried', scope: 'failed' }, 20_000);
    expect(again.run).toMatchObject({ status: 'queued', jobs: [{ attempt: { number: 2 } }] });
    expect(again.run.reason).toBeUndefined();
  });
});

describe('a job with a matrix', () => {
  const combinations = (failFast: boolean) =>
    ['18', '20', '22'].map((node) =>
      buildPlan(`test (node=${node})`, [], { matrix: { job: 'test', values: { node }, failFast } }),
    );
  const [first, second, third] = ['test (node=18)', 'test (node=20)', 'test (node=22)'] as const;

  it('is needed as a whole', () => {
    const fresh = created([...combinations(false), buildPlan('pack', ['test'])]).run;
    const almost = through(fresh, [...whole(first), ...whole(second)]);
    expect(statusOf(almost.run)['pack']).toBe('queued');
    expect(tickets(almost.effects)).toEqual([]);
    expect(tickets(through(almost.run, whole(third)).effects)).toEqual([`jobs ${idOf('pack')}`]);
    const failed = through(almost.run, whole(third, 'failure')).run;
    expect(failed.jobs[3]?.reason?.message).toBe('job "test (node=22)" ended as failure');
  });

  it('goes on when one combination fails, unless it fails fast', () => {
    const events = [claimed(second), ...whole(first, 'failure')];
    expect(statusOf(through(created(combinations(false)).run, events).run)).toEqual({
      [first]: 'failure',
      [second]: 'running',
      [third]: 'queued',
    });
    const { run } = through(created(combinations(true)).run, events);
    expect(statusOf(run)).toEqual({ [first]: 'failure', [second]: 'running', [third]: 'cancelled' });
    expect(run.jobs[1]?.attempt?.cancelRequested).toBe(true);
    const end = through(run, [reported(second, 1, finished('cancelled'))]).run;
    expect(end.status).toBe('failure');
    expect(end.reason?.message).toBe('test (node=18): step "x" said failure');
    expect(end.jobs[1]?.reason).toEqual({
      code: 'fail-fast',
      message: 'job "test (node=18)" ended as failure, and its matrix fails fast',
    });
  });

  it('does not fail fast for a failure that is allowed, and leaves other jobs alone', () => {
    const allowed = combinations(true).map((plan) =>
      plan.kind === 'build' ? { ...plan, allowFailure: true as const } : plan,
    );
    const { run } = through(created(allowed).run, whole(first, 'failure'));
    expect(statusOf(run)[second]).toBe('queued');
    const beside = through(
      created([...combinations(true), buildPlan('lint')]).run,
      whole(first, 'error'),
    ).run;
    expect(statusOf(beside)).toEqual({
      [first]: 'error',
      [second]: 'cancelled',
      [third]: 'cancelled',
      lint: 'queued',
    });
  });

  it('that failed fast is tried again without what succeeded', () => {
    const { run } = through(created(combinations(true)).run, [...whole(first), ...whole(second, 'failure')]);
    const again = transition(run, { type: 'retried', scope: 'failed' }, 20_000).run;
    expect(statusOf(again)).toEqual({ [first]: 'success', [second]: 'queued', [third]: 'queued' });
  });
});
