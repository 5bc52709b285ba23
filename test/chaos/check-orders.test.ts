import { describe, expect, it } from 'vitest';
import type { Facts } from './account.ts';
import { checkOrders } from './check-orders.ts';
import type { GivenOrder } from './give-orders.ts';
import type { SeenDelivery, SeenJob, SeenRun } from './seen.ts';

const attempt = (number: number, more: Partial<SeenJob['attempts'][number]> = {}) => ({
  ...{ number, status: 'ended' as const, steps: [] },
  ...more,
});
const job = (attempts: SeenJob['attempts'], status: SeenJob['status'] = 'success'): SeenJob => ({
  ...{ id: 'job-1', name: 'test', kind: 'build', status },
  attempts,
});
const run = (job1: SeenJob): SeenRun => ({
  ...{ id: 'run-1', number: 1, repository: 'a/b', sha: 'f00', status: job1.status, deliveryId: 'd-1' },
  ...{ deployments: [], statuses: [], jobs: [job1] },
});
const order = (more: Partial<GivenOrder>): GivenOrder => ({
  ...{ id: 'order-1', kind: 'cancel', target: 'run-1', answer: 'done' },
  ...more,
});
const delivery = (more: Partial<SeenDelivery> = {}): SeenDelivery => ({
  ...{ id: 'd-1', deliveryId: 'chaos-1', outcome: 'runs', runIds: ['run-1'] },
  ...more,
});
const planned = { id: 'chaos-1', repository: 'a/b', kind: 'quick', atMs: 0, againAtMs: [] };

function problems(facts: Partial<Facts>): string[] {
  const whole: Facts = {
    sent: [{ planned: { ...planned, expects: 'run' }, answers: [202], promised: true }],
    ...{ deliveries: [delivery()], runs: [], orders: [], effects: [], hooks: [], leftovers: [] },
    ...{ statusesOf: () => [], allEffectsKnown: true },
    ...facts,
  };
  return checkOrders(whole).map(({ kind, what }) => `${kind}: ${what}`);
}

describe('the account of orders', () => {
  it('gives a cancelled run no further attempt, and leaves as it was what had ended', () => {
    const then = (status: SeenJob['status']) => new Map([['job-1', { status, attempts: 1 }]]);
    const cancel = order({ jobs: then('running') });
    expect(problems({ runs: [run(job([attempt(1)]))], orders: [cancel] })).toEqual([]);
    const again = run(job([attempt(1, { triedAgain: true }), attempt(2)]));
    expect(problems({ runs: [again], orders: [cancel] })).toEqual([
      expect.stringMatching(/^double: .*another attempt/),
    ]);
    const ended = order({ jobs: then('cancelled') });
    expect(problems({ runs: [run(job([attempt(1)]))], orders: [ended] })).toEqual([
      expect.stringMatching(/^wrong: .*was cancelled, and is success/),
    ]);
  });

  it('wants one new attempt of each retry, beside those that were taken up', () => {
    const retry = order({ kind: 'retry all' });
    const twice = [attempt(1), attempt(2)];
    const thrice = [...twice, attempt(3)];
    expect(problems({ runs: [run(job(twice))], orders: [retry] })).toEqual([]);
    expect(problems({ runs: [run(job(twice))] })).toEqual([expect.stringMatching(/^double: .*2 attempts/)]);
    expect(problems({ runs: [run(job(thrice))], orders: [retry] })).toEqual([
      expect.stringMatching(/^double: .*3 attempts/),
    ]);
    const takenUp = [attempt(1, { status: 'lost', triedAgain: true }), attempt(2), attempt(3)];
    expect(problems({ runs: [run(job(takenUp))], orders: [retry] })).toEqual([]);
    expect(problems({ runs: [run(job([attempt(1)]))], orders: [retry] })).toEqual([
      expect.stringMatching(/^lost: .*1 attempts after 1 retries/),
    ]);
  });

  it('wants one delivery of each replay, which makes what the first one made', () => {
    const replay = order({ kind: 'replay', target: 'd-1', delivery: 'd-2' });
    const second = delivery({ id: 'd-2', replayOf: 'd-1', runIds: ['run-2'] });
    expect(problems({ deliveries: [delivery(), second], orders: [replay] })).toEqual([]);
    expect(problems({ orders: [replay] })).toEqual([expect.stringMatching(/^lost: .*d-2 is not there/)]);
    expect(problems({ deliveries: [delivery(), second] })).toEqual([
      expect.stringMatching(/^double: .*1 times for 0 orders/),
    ]);
    const empty = { ...second, runIds: [] };
    expect(problems({ deliveries: [delivery(), empty], orders: [replay] })).toEqual([
      expect.stringMatching(/^lost: .*made 0 runs, not 1/),
    ]);
  });
});
