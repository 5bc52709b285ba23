import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../src/contract/job-event.ts';
import type { Run } from '../../../src/runs/run.ts';
import { type Effect, type RunEvent, type Transition, transition } from '../../../src/runs/transition.ts';
import { buildPlan, created, deployPlan, jobId, sampleLease } from './sample-run.ts';

const id = (name: string) => jobId('run', name);
const started: JobEvent = { type: 'job.started', at: 2_000 };
const stepStarted: JobEvent = { type: 'step.started', at: 2_100, index: 0, name: 'test' };

function finished(
  outcome: 'success' | 'failure' | 'error' | 'cancelled' | 'lost',
  message?: string,
): JobEvent {
  const reason = message === undefined ? {} : { reason: { code: 'step-failure', message } };
  return { type: 'job.finished', at: 3_000, outcome, ...reason, logLines: 2, logBytes: 20, logCut: false };
}

function claimed(name: string, lease = `l-${name}`, attempt = 1): RunEvent {
  return { type: 'claimed', jobId: id(name), attempt, lease: sampleLease(lease) };
}

function reported(name: string, seq: number, body: JobEvent, leaseId = `l-${name}`): RunEvent {
  return { type: 'reported', jobId: id(name), leaseId, seq, body };
}

const expired = (name: string, leaseId = `l-${name}`): RunEvent => ({
  type: 'lease-expired',
  jobId: id(name),
  leaseId,
});
const cancel: RunEvent = { type: 'cancel-requested', reason: { code: 'user', message: 'ada said stop' } };
const refused = (name: string, attempt = 1): RunEvent => ({
  type: 'refused',
  jobId: id(name),
  attempt,
  reason: { code: 'secret-missing', message: 'secret KEY is not set' },
});

/** Carries the run through the events; the effects of all of them. */
function through(run: Run, events: readonly RunEvent[]): { run: Run; effects: Effect[]; last: Transition } {
  let last: Transition = { run, effects: [], facts: [], replaced: [] };
  const effects: Effect[] = [];
  for (const [index, event] of events.entries()) {
    last = transition(last.run, event, 10_000 + index);
    effects.push(...last.effects);
  }
  return { run: last.run, effects, last };
}

const whole = (name: string, outcome: Parameters<typeof finished>[0] = 'success'): RunEvent[] => [
  claimed(name),
  reported(name, 1, started),
  reported(name, 2, finished(outcome, outcome === 'success' ? undefined : `step "x" said ${outcome}`)),
];
const tickets = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'ticket' ? [`${effect.queue} ${effect.jobId}`] : []));
const states = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'commit-status' ? [effect.status.state] : []));
const statusOf = (run: Run) => Object.fromEntries(run.jobs.map((job) => [job.name, job.status]));

describe('one job', () => {
  const fresh = created([buildPlan('a')]).run;
  const reach: Record<string, RunEvent[]> = {
    queued: [],
    leased: [claimed('a')],
    reporting: [claimed('a'), reported('a', 1, started), reported('a', 2, stepStarted)],
    cancelling: [claimed('a'), cancel],
    'queued again': [claimed('a'), expired('a')],
    'leased again': [claimed('a'), expired('a'), claimed('a', 'l2', 2)],
    success: whole('a'),
    failure: whole('a', 'failure'),
    error: whole('a', 'error'),
    cancelled: [cancel],
    refused: [refused('a')],
  };
  // `same`: the very same run comes out. Otherwise: status of job, status of attempt and its number.
  const table: Record<string, Record<string, string>> = {
    claim: {
      queued: 'running leased 1',
    },
    'claim of attempt 2': {
      'queued again': 'running leased 2',
    },
    'event in turn': {
      leased: 'running leased 1',
      cancelling: 'running leased 1',
    },
    success: {
      leased: 'success ended 1',
      cancelling: 'success ended 1',
    },
    failure: {
      leased: 'failure ended 1',
      cancelling: 'failure ended 1',
    },
    'the runner obeyed': {
      leased: 'cancelled ended 1',
      cancelling: 'cancelled ended 1',
    },
    'given back': {
      leased: 'queued queued 2',
      cancelling: 'cancelled lost 1',
    },
    'lease ran out': {
      leased: 'queued queued 2',
      reporting: 'queued queued 2',
      cancelling: 'cancelled lost 1',
    },
    cancel: {
      queued: 'cancelled ended 1',
      leased: 'running leased 1',
      reporting: 'running leased 1',
      'queued again': 'cancelled ended 2',
      'leased again': 'running leased 2',
    },
    refused: {
      queued: 'error ended 1',
      leased: 'error lost 1',
      reporting: 'error lost 1',
      cancelling: 'error lost 1',
    },
  };
  const events: Record<string, RunEvent> = {
    claim: claimed('a', 'l-new'),
    'claim of attempt 2': claimed('a', 'l-new', 2),
    'event in turn': reported('a', 1, started),
    success: reported('a', 1, finished('success')),
    failure: reported('a', 1, finished('failure', 'no')),
    'the runner obeyed': reported('a', 1, finished('cancelled')),
    'given back': reported('a', 1, finished('lost')),
    'lease ran out': expired('a'),
    cancel,
    refused: refused('a'),
    'event of a strange lease': reported('a', 1, started, 'nobody'),
    'event too early': reported('a', 9, finished('success')),
    'event from before the first': reported('a', 0, finished('success')),
    'strange lease ran out': expired('a', 'nobody'),
    'claim of attempt 7': claimed('a', 'l-new', 7),
    'claim of an unknown job': claimed('zzz'),
    'event of an unknown job': reported('zzz', 1, started),
    'refusal of attempt 9': refused('a', 9),
  };

  for (const [state, path] of Object.entries(reach)) {
    for (const [name, event] of Object.entries(events)) {
      const expected = table[name]?.[state] ?? 'same';
      it(`${state}: ${name} → ${expected}`, () => {
        const { run } = through(fresh, path);
        const next = transition(run, event, 50_000);
        if (expected === 'same') {
          expect(next.run).toBe(run);
          expect(next).toEqual({ run, effects: [], facts: [], replaced: [] });
        } else {
          const job = next.run.jobs[0];
          expect(`${job?.status} ${job?.attempt?.status} ${job?.attempt?.number}`).toBe(expected);
        }
      });
    }
  }
});

describe('jobs that need others', () => {
  const diamond = () =>
    created([buildPlan('a'), buildPlan('b', ['a']), buildPlan('c', ['a']), buildPlan('d', ['b', 'c'])]);

  it('gives tickets only to those that need nothing, then to each as soon as its needs succeeded', () => {
    const first = diamond();
    expect(tickets(first.effects)).toEqual([`jobs ${id('a')}`]);
    const second = through(first.run, whole('a'));
    expect(tickets(second.effects)).toEqual([`jobs ${id('b')}`, `jobs ${id('c')}`]);
    const third = through(second.run, whole('b'));
    expect(tickets(third.effects)).toEqual([]);
    const fourth = through(third.run, whole('c'));
    expect(tickets(fourth.effects)).toEqual([`jobs ${id('d')}`]);
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
    expect(tickets(first.effects)).toEqual([`jobs ${id('build')}`]);
    expect(tickets(through(first.run, whole('build')).effects)).toEqual([
      `deployments ${id('deploy production')}`,
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
    expect(tickets(through(almost.run, whole(third)).effects)).toEqual([`jobs ${id('pack')}`]);
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

describe('lost runners', () => {
  it('makes a new attempt with a ticket of its own, until the third is lost too', () => {
    const first = created([buildPlan('a'), buildPlan('after', ['a'])]).run;
    const once = through(first, [claimed('a'), reported('a', 1, started), reported('a', 2, stepStarted)]);
    const lost = transition(once.run, expired('a'), 20_000);
    expect(lost.effects).toContainEqual({ type: 'ticket', queue: 'jobs', jobId: id('a'), attempt: 2 });
    expect(lost.replaced).toMatchObject([
      { jobId: id('a'), attempt: { number: 1, status: 'lost', steps: [{ status: 'error' }] } },
    ]);
    const { run } = through(lost.run, [
      claimed('a', 'l2', 2),
      reported('a', 1, finished('lost'), 'l2'),
      claimed('a', 'l3', 3),
      expired('a', 'l3'),
    ]);
    expect(run.jobs[0]).toMatchObject({ status: 'error', attempt: { number: 3, status: 'lost' } });
    expect(run.jobs[0]?.reason?.message).toContain('3 attempts lost their runner');
    expect(statusOf(run)).toEqual({ a: 'error', after: 'skipped' });
    expect(run.status).toBe('error');
  });

  it('refuses what the lost runner still has to say', () => {
    const { run } = through(created([buildPlan('a')]).run, [claimed('a'), expired('a')]);
    expect(transition(run, reported('a', 1, finished('success')), 1).run).toBe(run);
  });
});

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

describe('a job of a group', () => {
  const deploy = 'deploy production';
  const plans = [buildPlan('build'), deployPlan('production', ['build'], { group: 'deploy-main' })];
  const turn = (number: number): RunEvent => ({ type: 'group-granted', jobId: id(deploy), turn: number });
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
    expect(tickets(begun.effects)).toEqual([`deployments ${id(deploy)}`]);
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

describe('a change from a fork', () => {
  const fork = created([buildPlan('a'), buildPlan('b', ['a'])], { change: { fork: true } });

  it('waits, with a pending status and without a ticket', () => {
    expect(fork.run.status).toBe('waiting');
    expect(statusOf(fork.run)).toEqual({ a: 'waiting', b: 'waiting' });
    expect(tickets(fork.effects)).toEqual([]);
    expect(states(fork.effects)).toEqual(['pending']);
  });

  it('gives no lease, and can be cancelled', () => {
    expect(transition(fork.run, claimed('a'), 1).run).toBe(fork.run);
    expect(transition(fork.run, cancel, 1).run.status).toBe('cancelled');
  });
});

describe('what is told of a run', () => {
  it('is each state once', () => {
    const first = created([buildPlan('a')]);
    const rest = through(first.run, whole('a'));
    const told = [...first.effects, ...rest.effects].filter((effect) => effect.type === 'commit-status');
    expect(told.map(({ status }) => [status.state, status.description])).toEqual([
      ['pending', 'Run #1 is queued'],
      ['pending', 'Run #1 is running'],
      ['success', 'Run #1 succeeded in 1 s'],
    ]);
  });

  it('keeps times within what control knows, whatever the clock of the runner says', () => {
    const { run } = through(created([buildPlan('a')]).run, [
      claimed('a'),
      reported('a', 1, { ...started, at: 9_000_000_000 }),
      reported('a', 2, { ...stepStarted, at: 12 }),
      reported('a', 3, { type: 'step.finished', at: 5, index: 0, outcome: 'success' }),
      reported('a', 4, finished('success')),
    ]);
    const job = run.jobs[0];
    expect(job?.startedAtMs).toBe(10_001);
    expect(job?.attempt?.steps[0]).toMatchObject({ startedAtMs: 1_000, finishedAtMs: 1_000 });
    expect(job?.finishedAtMs).toBeGreaterThanOrEqual(job?.startedAtMs ?? Number.POSITIVE_INFINITY);
  });

  it('ends the steps of a job that is over, and keeps facts for the history', () => {
    const segment: JobEvent = {
      type: 'log.segment',
      index: 0,
      key: 'k',
      sizeBytes: 1,
      firstLine: 0,
      lineCount: 1,
    };
    const running = through(created([buildPlan('a')]).run, [claimed('a'), reported('a', 1, stepStarted)]).run;
    const told = transition(running, reported('a', 2, segment), 1);
    expect(told.facts).toEqual([{ jobId: id('a'), attempt: 1, event: segment }]);
    const { run } = through(told.run, [reported('a', 3, finished('error', 'gone'))]);
    expect(run.jobs[0]?.attempt?.steps).toMatchObject([{ status: 'error' }]);
  });
});
