import { describe, expect, it } from 'vitest';
import type { CommitStatus } from '../githost/commit-statuses.ts';
import { account, type Facts } from './account.ts';
import type { Effect } from './effect.ts';
import type { SeenDelivery, SeenJob, SeenRun } from './seen.ts';
import type { SentDelivery } from './send-deliveries.ts';

const at = '2026-11-20T12:00:00.000Z';
const job = (more: Partial<SeenJob> = {}): SeenJob => ({
  ...{ id: 'job-1', name: 'test', kind: 'build', status: 'success' },
  attempts: [
    {
      number: 1,
      status: 'ended',
      steps: [{ index: 0 }],
    },
  ],
  ...more,
});
const run = (more: Partial<SeenRun> = {}): SeenRun => ({
  ...{ id: 'run-1', number: 1, repository: 'a/b', sha: 'f00', status: 'success', deliveryId: 'd-1' },
  ...{ deployments: [], statuses: [], jobs: [job()] },
  ...more,
});
const delivery = (more: Partial<SeenDelivery> = {}): SeenDelivery => ({
  ...{ id: 'd-1', deliveryId: 'chaos-1', outcome: 'runs', runIds: ['run-1'] },
  ...more,
});
const sent = (more: Partial<SentDelivery> = {}): SentDelivery => ({
  planned: { id: 'chaos-1', repository: 'a/b', kind: 'quick', expects: 'run', atMs: 0, againAtMs: [] },
  answers: ['no answer', 503, 202],
  promised: true,
  ...more,
});
const effect = (more: Partial<Effect> = {}): Effect => ({
  ...{ type: 'begin', jobId: 'job-1', roomId: 'room-1', attempt: 1, step: 0, atMs: 0, pid: 1 },
  ...more,
});
const statuses = (...states: CommitStatus['state'][]) =>
  states.map((state, id): CommitStatus => {
    return {
      id,
      state,
      sha: 'f00',
      context: 'hookline/push',
      description: null,
      target_url: null,
      createdAt: new Date(0),
    };
  });

function problems(more: Partial<Facts> = {}): string[] {
  const facts: Facts = {
    sent: [sent()],
    deliveries: [delivery()],
    runs: [run()],
    statusesOf: () => statuses('success', 'pending'),
    orders: [],
    effects: [effect(), effect({ type: 'end' })],
    hooks: [],
    leftovers: [],
    allEffectsKnown: true,
    ...more,
  };
  return account(facts).map(({ kind, what }) => `${kind}: ${what}`);
}

describe('the account', () => {
  it('finds nothing where all is well', () => {
    expect(problems()).toEqual([]);
  });

  it('calls a delivery lost that was promised and is not there, or made no run', () => {
    expect(problems({ deliveries: [], runs: [], effects: [] })).toEqual([
      expect.stringMatching(/^lost: .*is not there/),
    ]);
    const ignored = delivery({ outcome: 'ignored', reason: 'none', runIds: [] });
    expect(problems({ deliveries: [ignored], runs: [], effects: [] })).toEqual([
      expect.stringMatching(/^lost: .*no run/),
    ]);
  });

  it('counts two runs of one delivery as double', () => {
    const twice = delivery({ runIds: ['run-1', 'run-2'] });
    expect(problems({ deliveries: [twice] })).toEqual([expect.stringMatching(/^double: .*run-1, run-2/)]);
  });

  it('minds a good delivery that was told no', () => {
    expect(problems({ sent: [sent({ answers: [400, 202] })] })).toEqual([
      expect.stringMatching(/^wrong: .*400/),
    ]);
  });

  it('lets a run end by a fault that has an excuse, and by none that has not', () => {
    const status = 'error' as const;
    const ended = (code: string) => run({ status, jobs: [job({ status, reason: { code, message: 'so' } })] });
    const more = { statusesOf: () => statuses('error') };
    expect(problems({ ...more, runs: [ended('runner-lost')] })).toEqual([]);
    expect(problems({ ...more, runs: [ended('internal')] })).toEqual([
      expect.stringMatching(/^wrong: .*ended as error/),
    ]);
  });

  it('counts as hanging what has not ended, and what was not told as it ended', () => {
    expect(problems({ runs: [run({ status: 'running' })] })).toEqual([
      expect.stringMatching(/^hanging: .*is running/),
    ]);
    const late = () => statuses('pending', 'success');
    expect(problems({ statusesOf: late })).toEqual([expect.stringMatching(/^hanging: .*pending ← success/)]);
  });

  it('sees a step that began twice, and an older attempt that goes on beside a newer one', () => {
    const again = [effect(), effect({ roomId: 'room-2' }), effect({ type: 'end' })];
    expect(problems({ effects: again })).toEqual([
      expect.stringMatching(/^double: .*begun twice/),
      expect.stringMatching(/^double: .*rooms room-1 and room-2/),
    ]);
    const beside = [effect(), effect({ attempt: 2, roomId: 'room-2' }), effect({ type: 'end' })];
    expect(problems({ effects: beside })).toEqual([expect.stringMatching(/^double: .*attempt 2 had begun/)]);
  });

  it('believes no success whose step did not run to its end', () => {
    expect(problems({ effects: [effect()] })).toEqual([
      expect.stringMatching(/^wrong: .*step 0 did not run/),
    ]);
    expect(problems({ effects: [effect()], allEffectsKnown: false })).toEqual([]);
  });

  it('counts the hooks of a deployment', () => {
    const deployed = {
      jobName: 'deploy',
      environment: 'x',
      status: 'success',
      externalId: 'dep-1',
      updatedAt: at,
    };
    const runs = [run({ deployments: [deployed] })];
    expect(problems({ runs, hooks: ['dep-1'] })).toEqual([]);
    expect(problems({ runs, hooks: ['dep-1', 'dep-1'] })).toEqual([
      expect.stringMatching(/^double: .*2 times/),
    ]);
    expect(problems({ runs, hooks: [] })).toEqual([expect.stringMatching(/^wrong: .*never ran/)]);
  });
});
