import { describe, expect, it, onTestFinished } from 'vitest';
import {
  ackSchema,
  answerSchema,
  type Frame,
  grantSchema,
  isMacedWith,
  isSignedBy,
  macFrame,
  payloadOf,
  refusalSchema,
  type SealedGrant,
  signFrame,
} from '../../../src/contract/frame.ts';
import type { JobSpec } from '../../../src/contract/job-spec.ts';
import { type Identity, identityOf, newSeed } from '../../../src/contract/keys.ts';
import { silentLog } from '../../../src/log.ts';
import { createLeaseDesk } from '../../../src/runs/lease-desk.ts';
import { JobRefusal } from '../../../src/runs/open-job.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlLeaseStore } from '../../../src/sql/sql-leases.ts';
import { createSqlRunStore } from '../../../src/sql/sql-run-store.ts';
import { buildPlan, deployPlan, jobId, newRun, sampleDelivery } from './sample-run.ts';

const leaseMs = 15_000;
const seed = newSeed();
const control = identityOf(seed);
const [one, two, stranger] = [newSeed(), newSeed(), newSeed()].map(identityOf) as [
  Identity,
  Identity,
  Identity,
];

/** `two` is a runner and `one` a deployer, too. */
const enrolled = {
  runners: new Set([one.publicKey, two.publicKey]),
  deployers: new Set([one.publicKey]),
};

async function openDesk() {
  const db = await openSqlite(':memory:');
  onTestFinished(() => db.destroy());
  const now = () => 1_000_000;
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `id${ids}`;
  };
  const store = createSqlRunStore(db, { now, newId, onEffects: () => {} });
  await createSqlInbox(db, silentLog).record(sampleDelivery('delivery'));
  await store.settleDelivery('delivery', { outcome: 'runs', settledAtMs: 1 }, [
    newRun([buildPlan('a'), deployPlan('production', [])]),
  ]);
  const sent: Frame[] = [];
  const provider = { opened: 0, fault: undefined as Error | undefined };
  const desk = createLeaseDesk(
    {
      store,
      leases: createSqlLeaseStore(db),
      link: {
        async send(_, frame) {
          sent.push(frame);
        },
      },
      async openJob() {
        provider.opened += 1;
        if (provider.fault) throw provider.fault;
        return { kind: 'build', secrets: { KEY: 'open sesame' } } as unknown as JobSpec;
      },
      now,
      newId,
      log: silentLog,
    },
    { identity: control, seed, enrolled, leaseMs },
  );
  type Given = { runner?: string; publicKey?: string; job?: string };
  const claim = (identity: Identity, claimId = 'c1', given: Given = {}) =>
    desk.handle(
      signFrame(identity, {
        type: 'claim',
        subject: claimId,
        runner: given.runner ?? `${identity.id}.a`,
        payload: {
          publicKey: given.publicKey ?? identity.publicKey,
          name: 'builder',
          version: '1',
          jobId: jobId('run', given.job ?? 'a'),
          attempt: 1,
        },
      }),
    );
  /** The key of the lease that was granted to the runner with the last frame. */
  const openGrant = (identity: Identity) => {
    const grant = sent.at(-1) && payloadOf(grantSchema, sent.at(-1) as Frame);
    if (!grant) throw new Error('no grant was sent');
    const opened = JSON.parse(identity.open(grant.sealed, grant.leaseId)) as SealedGrant;
    return { leaseId: grant.leaseId, leaseKey: opened.leaseKey, spec: opened.spec };
  };
  const job = async () => (await store.get('run'))?.jobs[0];
  return { desk, sent, provider, claim, openGrant, job, store };
}

const refusalOf = (frame: Frame | undefined) => frame && payloadOf(refusalSchema, frame);

describe('a claim', () => {
  it('is granted once, signed by control and sealed to the claimant', async () => {
    const { claim, sent, openGrant, job } = await openDesk();
    await claim(one);
    expect(sent).toHaveLength(1);
    expect(sent.every((frame) => isSignedBy(control.publicKey, frame))).toBe(true);
    expect(JSON.stringify(sent)).not.toContain('open sesame');
    expect(openGrant(one).spec).toMatchObject({ secrets: { KEY: 'open sesame' } });
    expect(() => openGrant(two)).toThrow();
    expect((await job())?.attempt).toMatchObject({ status: 'leased', lease: { claimId: 'c1' } });
  });

  it('made again is answered with the same grant, without opening the job again', async () => {
    const { claim, sent, provider } = await openDesk();
    await claim(one);
    await claim(one);
    expect(sent[1]).toEqual(sent[0]);
    expect(provider.opened).toBe(1);
  });

  it('of a second runner is refused, and also when it uses the first one’s claim id', async () => {
    const { claim, sent } = await openDesk();
    await claim(one);
    await claim(two, 'c2');
    await claim(two, 'c1');
    for (const frame of sent.slice(1)) expect(refusalOf(frame)).toMatchObject({ verdict: 'gone' });
  });

  it('of a deployment is granted to deployers alone', async () => {
    const { claim, sent } = await openDesk();
    await claim(two, 'c1', { job: 'deploy production' });
    expect(sent.map((frame) => frame.type)).toEqual(['refusal']);
    await claim(one, 'c2', { job: 'deploy production' });
    expect(sent.map((frame) => frame.type)).toEqual(['refusal', 'grant']);
  });

  it('of a stranger, or in the name of somebody else, is not even answered', async () => {
    const { claim, sent, job } = await openDesk();
    await claim(stranger);
    await claim(stranger, 'c1', { publicKey: one.publicKey });
    await claim(one, 'c1', { runner: `${two.id}.a` });
    expect(sent).toEqual([]);
    expect((await job())?.attempt?.status).toBe('queued');
  });

  it('that cannot be opened just now uses up nothing', async () => {
    const { claim, sent, provider, job } = await openDesk();
    provider.fault = new Error('GitHub is away');
    await claim(one);
    expect(refusalOf(sent[0])).toMatchObject({ verdict: 'later' });
    expect((await job())?.attempt).toMatchObject({ number: 1, status: 'queued' });
    provider.fault = undefined;
    await claim(one);
    expect(sent[1]?.type).toBe('grant');
  });

  it('for a job that can never be given out ends it in error, with the reason', async () => {
    const { claim, sent, provider, job } = await openDesk();
    provider.fault = new JobRefusal('secret-missing', 'secret KEY of octo/app is not set');
    await claim(one);
    expect(refusalOf(sent[0])).toMatchObject({ verdict: 'gone' });
    expect(await job()).toMatchObject({
      status: 'error',
      reason: { code: 'secret-missing', message: 'secret KEY of octo/app is not set' },
      attempt: { status: 'ended' },
    });
  });
});

describe('a lease', () => {
  async function leased() {
    const opened = await openDesk();
    await opened.claim(one);
    const { leaseId, leaseKey } = opened.openGrant(one);
    const say = async (type: 'heartbeat' | 'events', payload: unknown, key = leaseKey) => {
      await opened.desk.handle(macFrame(key, { type, subject: leaseId, runner: `${one.id}.a`, payload }));
      return opened.sent.at(-1);
    };
    return { ...opened, leaseId, leaseKey, say };
  }

  it('is kept by heartbeats under its key and by no others', async () => {
    const { say, sent, leaseKey } = await leased();
    const answer = await say('heartbeat', { beat: 1 });
    expect(answer && isMacedWith(leaseKey, answer)).toBe(true);
    expect(answer && payloadOf(answerSchema, answer)).toEqual({ beat: 1, verdict: 'continue' });
    const count = sent.length;
    await say('heartbeat', { beat: 2 }, 'a guess');
    expect(sent).toHaveLength(count);
  });

  it('has its events applied once and in order, whatever comes how often', async () => {
    const { say, job } = await leased();
    const started = { seq: 1, body: { type: 'job.started', at: 1 } };
    const step = { seq: 2, body: { type: 'step.started', at: 1, index: 0, name: 'test' } };
    const ackOf = (frame: Frame | undefined) => frame && payloadOf(ackSchema, frame);
    expect(ackOf(await say('events', { events: [step] }))).toEqual({ seq: 0, fenced: false });
    expect(ackOf(await say('events', { events: [started, step] }))).toEqual({ seq: 2, fenced: false });
    expect(ackOf(await say('events', { events: [started] }))).toEqual({ seq: 2, fenced: false });
    expect((await job())?.attempt).toMatchObject({ lastSeq: 2, steps: [{ status: 'running' }] });
  });

  it('whose runner says what control does not know ends its job in error, and the runner is stopped', async () => {
    const { say, job } = await leased();
    const ack = await say('events', { events: [{ seq: 1, body: { type: 'job.paused', at: 1 } }] });
    expect(ack && payloadOf(ackSchema, ack)).toEqual({ seq: 0, fenced: true });
    expect(await job()).toMatchObject({ status: 'error', reason: { code: 'not-understood' } });
    const answer = await say('heartbeat', { beat: 5 });
    expect(answer && payloadOf(answerSchema, answer)).toMatchObject({ verdict: 'fenced' });
  });

  it('that nobody knows is fenced for whoever can prove it', async () => {
    const { desk, sent, leaseKey } = await leased();
    await desk.handle(
      macFrame(leaseKey, {
        type: 'heartbeat',
        subject: 'other',
        runner: `${one.id}.a`,
        payload: { beat: 1 },
      }),
    );
    expect(sent).toHaveLength(1);
  });

  it('does not mind frames that only control sends', async () => {
    const { desk, sent } = await leased();
    for (const frame of [...sent]) await desk.handle(frame);
    expect(sent).toHaveLength(1);
  });
});
