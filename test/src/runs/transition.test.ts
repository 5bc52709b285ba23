import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../src/contract/job-event.ts';
import { type RunEvent, transition } from '../../../src/runs/transition.ts';
import {
  cancel,
  claimed,
  expired,
  finished,
  idOf,
  refused,
  reported,
  started,
  states,
  statusOf,
  stepStarted,
  through,
  tickets,
  whole,
} from './sample-events.ts';
import { buildPlan, created } from './sample-run.ts';

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

describe('lost runners', () => {
  it('makes a new attempt with a ticket of its own, until the third is lost too', () => {
    const first = created([buildPlan('a'), buildPlan('after', ['a'])]).run;
    const once = through(first, [claimed('a'), reported('a', 1, started), reported('a', 2, stepStarted)]);
    const lost = transition(once.run, expired('a'), 20_000);
    expect(lost.effects).toContainEqual({ type: 'ticket', queue: 'jobs', jobId: idOf('a'), attempt: 2 });
    expect(lost.replaced).toMatchObject([
      { jobId: idOf('a'), attempt: { number: 1, status: 'lost', steps: [{ status: 'error' }] } },
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
    expect(told.facts).toEqual([{ jobId: idOf('a'), attempt: 1, event: segment }]);
    const { run } = through(told.run, [reported('a', 3, finished('error', 'gone'))]);
    expect(run.jobs[0]?.attempt?.steps).toMatchObject([{ status: 'error' }]);
  });
});
