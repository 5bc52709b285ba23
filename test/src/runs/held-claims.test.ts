import { describe, expect, it, onTestFinished } from 'vitest';
import { type Frame, payloadOf, refusalSchema, signFrame } from '../../../src/contract/frame.ts';
import { identityOf, newSeed } from '../../../src/contract/keys.ts';
import type { RunnerOrder } from '../../../src/contract/presence.ts';
import { silentLog } from '../../../src/log.ts';
import { createLeaseDesk } from '../../../src/runs/lease-desk.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlLeaseStore } from '../../../src/sql/sql-leases.ts';
import { createSqlRunStore } from '../../../src/sql/sql-run-store.ts';
import { createSqlRunners } from '../../../src/sql/sql-runners.ts';
import { buildPlan, jobId, newRun, sampleDelivery } from './sample-run.ts';

const seed = newSeed();
const runner = identityOf(newSeed());

async function openDesk() {
  const db = await openSqlite(':memory:');
  onTestFinished(() => db.destroy());
  const now = () => 1_000;
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `id${ids}`;
  };
  const store = createSqlRunStore(db, { now, newId, onEffects: () => {} });
  const registry = createSqlRunners(db);
  await createSqlInbox(db, silentLog).record(sampleDelivery('delivery'));
  await store.settleDelivery('delivery', { outcome: 'runs', settledAtMs: 1 }, [
    newRun([buildPlan('a', [], { runsOn: ['big', 'linux'] })]),
  ]);
  const sent: Frame[] = [];
  const keys = new Set([runner.publicKey]);
  const desk = createLeaseDesk(
    {
      store,
      leases: createSqlLeaseStore(db),
      link: { send: async (_, frame) => void sent.push(frame) },
      openJob: () => Promise.reject(new Error('it came as far as the opening of the job')),
      orderOf: registry.orderOf,
      now,
      newId,
      log: silentLog,
    },
    { identity: identityOf(seed), seed, enrolled: { runners: keys, deployers: keys }, leaseMs: 15_000 },
  );
  const claim = async (labels: string[]) => {
    const { publicKey } = runner;
    const job = { jobId: jobId('run', 'a'), attempt: 1 };
    const payload = { publicKey, name: 'host', version: '1', place: 'p1', labels, ...job };
    await desk.handle(signFrame(runner, { type: 'claim', subject: 'c1', runner: `${runner.id}.a`, payload }));
    const answer = sent.at(-1);
    return answer && payloadOf(refusalSchema, answer);
  };
  const order = (given: RunnerOrder) => registry.give(`${runner.id}-p1`, given, 'ann', 1);
  return { store, claim, order };
}

describe('a claim', () => {
  it('of a runner that lacks a label of the job is refused, naming the label', async () => {
    const { claim } = await openDesk();
    expect(await claim(['linux'])).toEqual({ verdict: 'gone', message: 'this runner lacks the labels big' });
    expect(await claim(['linux', 'big'])).toMatchObject({ verdict: 'later' });
  });

  it('of a runner that was paused or drained is refused, and the attempt waits for another', async () => {
    const { claim, order, store } = await openDesk();
    await order('pause');
    expect(await claim(['linux', 'big'])).toMatchObject({ verdict: 'held' });
    await order('drain');
    expect(await claim(['linux', 'big'])).toMatchObject({ verdict: 'held' });
    const ticket = { queue: 'jobs', jobId: jobId('run', 'a'), attempt: 1, labels: ['big', 'linux'] };
    expect(await store.queuedTickets(9)).toEqual([ticket]);
    await order('work');
    expect(await claim(['linux', 'big'])).toMatchObject({ verdict: 'later' });
  });
});
