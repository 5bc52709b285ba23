import { describe, expect, it } from 'vitest';
import type { JobEvent, JobOutcome } from '../../../src/contract/job-event.ts';
import { buildSpecOf, deploySpecOf } from '../../../src/runs/job-spec-of.ts';
import { type Job, maxFaults, maxHandBacks, type Run } from '../../../src/runs/run.ts';
import { type RunEvent, transition } from '../../../src/runs/transition.ts';
import {
  cancel,
  claimed,
  expired,
  idOf,
  reported,
  started,
  statusOf,
  through,
  tickets,
} from './sample-events.ts';
import { buildPlan, created, deployPlan } from './sample-run.ts';

const ended = (code: string, outcome: JobOutcome = 'error'): JobEvent => ({
  type: 'job.finished',
  at: 3_000,
  outcome,
  reason: { code, message: `${code} it was` },
  logLines: 0,
  logBytes: 0,
  logCut: false,
});

/** Attempt `number` of the job is taken and ends so. */
const attempt = (number: number, body: JobEvent, name = 'a'): RunEvent[] => [
  claimed(name, `l${number}`, number),
  reported(name, 1, body, `l${number}`),
];

const first = () => created([buildPlan('a'), buildPlan('after', ['a'])]).run;

function jobOf(run: Run, name = 'a'): Job {
  const job = run.jobs.find((candidate) => candidate.name === name);
  if (!job) throw new Error(`no job ${name}`);
  return job;
}

describe('a job that broke for a reason that may pass', () => {
  it('is given out again after a while, and the broken attempt stays with its reason', () => {
    const taken = through(first(), [claimed('a', 'l1')]).run;
    const next = transition(taken, reported('a', 1, ended('image-pull-failed'), 'l1'), 50_000);
    const job = jobOf(next.run);
    expect(job).toMatchObject({
      status: 'queued',
      reason: { code: 'image-pull-failed' },
      attempt: { number: 2, status: 'queued', losses: 1, faults: 1 },
    });
    expect(job.finishedAtMs).toBeUndefined();
    expect(job.attempt?.notBeforeMs).toBeGreaterThanOrEqual(55_000);
    expect(job.attempt?.notBeforeMs).toBeLessThanOrEqual(60_000);
    expect(next.replaced).toMatchObject([
      { attempt: { number: 1, status: 'ended', reason: { code: 'image-pull-failed' } } },
    ]);
    expect(tickets(next.effects)).toEqual([`jobs ${idOf('a')}`]);
    expect(next.run.status).not.toBe('error');
  });

  it('waits longer each time, and jobs that broke together do not come back together', () => {
    const waits = (name: string) => {
      let run = created([buildPlan(name)]).run;
      return [1, 2].map((number) => {
        run = through(run, [claimed(name, `l${number}`, number)]).run;
        run = transition(run, reported(name, 1, ended('store-unreachable'), `l${number}`), 50_000).run;
        return (jobOf(run, name).attempt?.notBeforeMs ?? 0) - 50_000;
      });
    };
    const [once = 0, twice = 0] = waits('a');
    expect(twice).toBeGreaterThanOrEqual(once);
    expect(twice).toBeGreaterThanOrEqual(10_000);
    expect(new Set(['a', 'b', 'c', 'd'].map((name) => waits(name)[0])).size).toBe(4);
  });

  it(`ends in error with attempt ${maxFaults}, and says that no further one is made`, () => {
    const { run } = through(first(), [
      ...attempt(1, ended('source-unreachable')),
      ...attempt(2, ended('engine-unreachable', 'lost')),
      ...attempt(3, ended('disk-full')),
    ]);
    expect(jobOf(run)).toMatchObject({
      status: 'error',
      reason: { code: 'disk-full' },
      attempt: { number: 3 },
    });
    expect(jobOf(run).reason?.message).toMatch(/^disk-full it was; 3 attempts .* no further one is made$/);
    expect(statusOf(run)).toEqual({ a: 'error', after: 'skipped' });
  });

  it('counts afresh when a person asks for it again', () => {
    const failed = through(
      first(),
      [1, 2, 3].flatMap((number) => attempt(number, ended('disk-full'))),
    ).run;
    const { run } = through(failed, [
      { type: 'retried', scope: 'failed' },
      ...attempt(4, ended('disk-full')),
    ]);
    expect(jobOf(run).attempt).toMatchObject({ number: 5, status: 'queued', faults: 1, losses: 1 });
    expect(
      jobOf(through(failed, [{ type: 'retried', scope: 'failed' }]).run).attempt?.notBeforeMs,
    ).toBeUndefined();
  });

  it('is not given out again when it was being cancelled', () => {
    const { run } = through(first(), [
      claimed('a', 'l1'),
      cancel,
      reported('a', 1, ended('engine-unreachable'), 'l1'),
    ]);
    expect(jobOf(run)).toMatchObject({ status: 'cancelled', reason: { message: 'ada said stop' } });
    expect(run.status).toBe('cancelled');
  });

  it('does not end the other combinations of a matrix that fails fast while it may still come right', () => {
    const matrix = { job: 'm', values: {}, failFast: true };
    const two = created([buildPlan('a', [], { matrix }), buildPlan('b', [], { matrix })]).run;
    const { run } = through(two, attempt(1, ended('image-pull-failed')));
    expect(statusOf(run)).toEqual({ a: 'queued', b: 'queued' });
  });

  it.each([
    'image-unavailable',
    'source-authentication',
    'source-commit-unreachable',
    'step-failure',
    'no-such-code',
  ])('is not given out again for %s', (code) => {
    const { run } = through(first(), attempt(1, ended(code)));
    expect(jobOf(run)).toMatchObject({ status: 'error', attempt: { number: 1 } });
  });

  it('is never given out again because its steps failed', () => {
    const { run } = through(first(), attempt(1, ended('disk-full', 'failure')));
    expect(jobOf(run)).toMatchObject({ status: 'failure', attempt: { number: 1 } });
  });
});

describe('a runner that gives its job back for its own sake', () => {
  it(`costs no attempt, up to ${maxHandBacks} times`, () => {
    let { run } = through(first(), []);
    for (let number = 1; number < maxHandBacks; number += 1) {
      run = through(run, attempt(number, ended('runner-handed-back', 'lost'))).run;
      const { attempt: next } = jobOf(run);
      expect(next).toMatchObject({ number: number + 1, status: 'queued', faults: 0, losses: number });
      expect(next?.notBeforeMs).toBeUndefined();
    }
    const last = through(run, attempt(maxHandBacks, ended('runner-restarted', 'lost'))).run;
    expect(jobOf(last)).toMatchObject({ status: 'error', reason: { code: 'runner-restarted' } });
    expect(jobOf(last).reason?.message).toContain('runners gave the job back 10 times');
  });

  it('leaves the job as many attempts as before', () => {
    const { run } = through(first(), [
      ...attempt(1, ended('runner-restarted', 'lost')),
      claimed('a', 'l2', 2),
      expired('a', 'l2'),
      ...attempt(3, ended('runner-handed-back', 'lost')),
      claimed('a', 'l4', 4),
      expired('a', 'l4'),
    ]);
    expect(jobOf(run).attempt).toMatchObject({ number: 5, status: 'queued', faults: 2, losses: 4 });
    const { run: over } = through(run, [claimed('a', 'l5', 5), expired('a', 'l5')]);
    expect(jobOf(over).status).toBe('error');
  });
});

describe('a job whose runner was lost', () => {
  it('is given out again without a wait, for it has waited for its lease', () => {
    const { run } = through(first(), [
      claimed('a', 'l1'),
      reported('a', 1, started, 'l1'),
      expired('a', 'l1'),
    ]);
    expect(jobOf(run).attempt).toMatchObject({ number: 2, faults: 1 });
    expect(jobOf(run).attempt?.notBeforeMs).toBeUndefined();
  });
});

describe('what a runner is told of an attempt that is tried again', () => {
  const limits = { logLimitBytes: 1, memoryBytes: 1, cpus: 1, pids: 1 };

  it('keeps the key of a deployment, whatever cut the earlier attempts off', () => {
    const plan = deployPlan('production', []);
    const [run] = [created([plan]).run];
    const key = (over: Run) => {
      const job = over.jobs[0];
      if (job?.plan.kind !== 'deploy') throw new Error('no deployment');
      const opened = { artifact: { name: 'app', key: 'k', sizeBytes: 1, sha256: 's' }, secrets: {} };
      return deploySpecOf(over, { ...job, plan: job.plan }, opened, limits).deploymentKey;
    };
    const again = through(run, [
      ...attempt(1, ended('store-unreachable'), plan.name),
      ...attempt(2, ended('runner-handed-back', 'lost'), plan.name),
    ]).run;
    expect(jobOf(again, plan.name).attempt?.number).toBe(3);
    expect(key(again)).toBe(key(run));
  });

  it('holds the limit of silence of the job, or else that of the installation', () => {
    const spec = (noOutputTimeoutMs?: number) => {
      const { run } = created([
        buildPlan('a', [], noOutputTimeoutMs === undefined ? {} : { noOutputTimeoutMs }),
      ]);
      const job = jobOf(run);
      if (job.plan.kind !== 'build') throw new Error('no build');
      const opened = { source: { repository: 'r', cloneUrl: 'u', ref: 'f', sha: 's' }, secrets: {} };
      return buildSpecOf(run, { ...job, plan: job.plan }, opened, { ...limits, noOutputTimeoutMs: 600_000 });
    };
    expect(spec().noOutputTimeoutMs).toBe(600_000);
    expect(spec(5_000).noOutputTimeoutMs).toBe(5_000);
  });
});
