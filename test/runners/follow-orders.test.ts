import { describe, expect, it } from 'vitest';
import { followOrders, stateOf } from '../../runners/follow-orders.ts';
import { type Frame, payloadOf, signFrame } from '../../src/contract/frame.ts';
import { identityOf, newSeed } from '../../src/contract/keys.ts';
import { type Presence, presenceSchema, type RunnerOrder } from '../../src/contract/presence.ts';
import { silentLog } from '../../src/log.ts';
import { createVirtualClock } from '../scenarios/lease/virtual-clock.ts';

const [runner, control, stranger] = [newSeed(), newSeed(), newSeed()].map(identityOf) as [
  ReturnType<typeof identityOf>,
  ReturnType<typeof identityOf>,
  ReturnType<typeof identityOf>,
];
const address = `${runner.id}.p1`;

function onDuty() {
  const clock = createVirtualClock(1_000_000);
  const said: Presence[] = [];
  const tickets: string[] = [];
  const jobs = { count: 0 };
  const duty = followOrders({
    link: {
      async send(frame: Frame) {
        const presence = payloadOf(presenceSchema, frame);
        if (presence) said.push(presence);
      },
    },
    clock,
    log: silentLog,
    identity: runner,
    controlPublicKey: control.publicKey,
    address,
    introduction: {
      place: 'p',
      kind: 'jobs',
      name: 'host',
      version: '1',
      labels: ['linux'],
      slots: 2,
      startedAtMs: clock.now(),
    },
    busy: () => jobs.count,
  });
  const answer = (order: RunnerOrder, beat = said.at(-1)?.beat ?? 0, by = control) =>
    duty.take(signFrame(by, { type: 'order', subject: address, runner: address, payload: { beat, order } }));
  const pass = (ms: number) => clock.runUntil(() => false, ms);
  return { duty, said, tickets, jobs, answer, pass, clock };
}

async function governed() {
  const scene = onDuty();
  await scene.duty.govern({
    pause: async () => void scene.tickets.push('pause'),
    resume: () => scene.tickets.push('resume'),
    close: async () => {},
  });
  return scene;
}

describe('a runner under orders', () => {
  it('says at once that it is there, again every ten seconds, and soon after a change', async () => {
    const { said, duty, jobs, pass } = await governed();
    expect(said).toMatchObject([{ beat: 1, state: 'ready', busy: 0 }]);
    await pass(10_000);
    expect(said.map(({ beat }) => beat)).toEqual([1, 2]);
    jobs.count = 1;
    duty.changed();
    duty.changed();
    await pass(1_000);
    expect(said.at(-1)).toMatchObject({ beat: 3, busy: 1 });
  });

  it('takes no tickets while it is paused, and asks more often when that ends', async () => {
    const { answer, tickets, said, duty, pass } = await governed();
    answer('pause');
    expect(duty.mayTake).toBe(false);
    await pass(1_000);
    expect(said.at(-1)).toMatchObject({ state: 'paused' });
    const before = said.length;
    await pass(10_000);
    expect(said.length - before).toBeGreaterThanOrEqual(3);
    answer('work');
    expect(duty.mayTake).toBe(true);
    expect(tickets).toEqual(['pause', 'resume']);
  });

  it('is drained when its last job has ended', async () => {
    const { answer, jobs, duty, said, pass } = await governed();
    let isDrained = false;
    void duty.drained.then(() => {
      isDrained = true;
    });
    jobs.count = 1;
    answer('drain');
    await pass(1_000);
    expect(said.at(-1)).toMatchObject({ state: 'draining', busy: 1 });
    expect(isDrained).toBe(false);
    jobs.count = 0;
    duty.changed();
    await pass(1_000);
    expect(said.at(-1)).toMatchObject({ state: 'drained', busy: 0 });
    expect(isDrained).toBe(true);
  });

  it('heeds no order that is forged, played back, or of the future', async () => {
    const { answer, duty, pass } = await governed();
    answer('pause', 1, stranger);
    answer('pause', 2);
    expect(duty.mayTake).toBe(true);
    answer('work', 1);
    answer('pause', 1);
    expect(duty.mayTake).toBe(true);
    await pass(10_000);
    answer('pause', 2);
    expect(duty.mayTake).toBe(false);
  });

  it('holds back when control refused a claim, until control says otherwise', async () => {
    const { answer, duty, said, pass, tickets } = await governed();
    duty.heldBack();
    expect(duty.mayTake).toBe(false);
    await pass(1_000);
    expect(said.at(-1)).toMatchObject({ beat: 2, state: 'paused' });
    answer('work');
    expect(tickets).toEqual(['pause', 'resume']);
  });

  it('says at its end that it has ended, and no more', async () => {
    const { duty, said, pass } = await governed();
    duty.leave();
    await duty.close();
    expect(said.at(-1)).toMatchObject({ state: 'stopped' });
    const count = said.length;
    await pass(60_000);
    expect(said).toHaveLength(count);
  });

  it('tells an engine that is away from an order', () => {
    const idle = { order: 'work', busy: 0, isAway: true, isLeaving: false } as const;
    expect(stateOf(idle)).toBe('not-ready');
    expect(stateOf({ ...idle, order: 'pause' })).toBe('paused');
    expect(stateOf({ ...idle, busy: 1, isLeaving: true })).toBe('stopping');
  });
});
