import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEventSpool, openEventSpools } from '../../../runners/lease/event-spool.ts';
import { holdLease } from '../../../runners/lease/held-lease.ts';
import {
  eventsSchema,
  type Frame,
  heartbeatSchema,
  macFrame,
  payloadOf,
} from '../../../src/contract/frame.ts';
import type { JobEvent } from '../../../src/contract/job-event.ts';
import { createMachineClock, createVirtualClock } from '../../scenarios/lease/virtual-clock.ts';

const leaseMs = 15_000;
const lease = { leaseId: 'l1', leaseKey: 'key', leaseMs, runId: 'r', jobId: 'j', attempt: 1 };
const started: JobEvent = { type: 'job.started', at: 1 };
const end: JobEvent = {
  type: 'job.finished',
  at: 1,
  outcome: 'success',
  logLines: 0,
  logBytes: 0,
  logCut: false,
};

function hold() {
  const root = mkdtempSync(join(tmpdir(), 'hookline-held-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const time = createVirtualClock(1_000_000);
  const clock = createMachineClock(time, 0);
  const sent: Frame[] = [];
  const told: string[] = [];
  const link = {
    async send(frame: Frame) {
      sent.push(frame);
    },
  };
  const spool = createEventSpool(root, lease);
  const held = holdLease({ spool, link, address: 'r1.a', clock });
  held.onStop((reason) => told.push(reason));
  const beats = () => sent.flatMap((frame) => payloadOf(heartbeatSchema, frame)?.beat ?? []);
  const say = (type: 'answer' | 'ack', payload: unknown, key = 'key') =>
    held.take(macFrame(key, { type, subject: 'l1', runner: 'r1.a', payload }));
  return {
    root,
    clock,
    spool,
    held,
    sent,
    told,
    beats,
    say,
    pass: (ms: number) => time.runUntil(() => false, ms),
    answer: (verdict: string) => say('answer', { beat: beats().at(-1), verdict }),
    eventFrames: () =>
      sent.filter(({ type }) => type === 'events').map((frame) => payloadOf(eventsSchema, frame)),
  };
}

describe('a held lease', () => {
  it('begins with the first heartbeat that is answered', async () => {
    const { held, pass, answer } = hold();
    expect(held.inForce).toBe(false);
    await pass(10);
    answer('continue');
    expect(await held.begun).toBe(true);
    expect(held.inForce).toBe(true);
  });

  it('never begins when nobody answers', async () => {
    const { held, pass, told } = hold();
    await pass(leaseMs + 1);
    expect(await held.begun).toBe(false);
    expect(told).toEqual(['lost']);
  });

  it('is lost `leaseMs` after the sending of the last heartbeat that was answered, not later', async () => {
    const { held, pass, answer, told } = hold();
    await pass(4_999);
    answer('continue');
    await pass(leaseMs - 5_000);
    expect(told).toEqual([]);
    await pass(2);
    expect(told).toEqual(['lost']);
    expect(held.inForce).toBe(false);
  });

  it('is not prolonged by a wall clock that is set back, nor by an answer that took too long', async () => {
    const { clock, pass, beats, answer, say, told } = hold();
    await pass(10);
    const first = beats()[0];
    answer('continue');
    clock.setBack(3_600_000);
    await pass(leaseMs + 1);
    expect(told).toEqual(['lost']);
    say('answer', { beat: first, verdict: 'continue' });
    expect(told).toEqual(['lost']);
  });

  it('sends beats that rise, though the clock is set back', async () => {
    const { clock, pass, beats, answer } = hold();
    for (let times = 0; times < 4; times += 1) {
      await pass(5_000);
      answer('continue');
      clock.setBack(60_000);
    }
    expect(beats()).toEqual([...beats()].sort((a, b) => a - b));
    expect(new Set(beats()).size).toBe(beats().length);
  });

  it('tells of `cancel` once and goes on, and stops its heartbeats when fenced', async () => {
    const { pass, answer, told, beats } = hold();
    await pass(10);
    answer('cancel');
    await pass(5_000);
    answer('cancel');
    expect(told).toEqual(['cancel']);
    answer('fenced');
    expect(told).toEqual(['cancel', 'fenced']);
    const count = beats().length;
    await pass(60_000);
    expect(beats()).toHaveLength(count);
  });

  it('hears nothing that is not under its key, of another lease, or its own words', async () => {
    const { held, pass, say, beats, sent, told } = hold();
    await pass(10);
    say('answer', { beat: beats().at(-1), verdict: 'fenced' }, 'other key');
    say('ack', { seq: 0, fenced: true }, 'other key');
    held.take(
      macFrame('key', { type: 'ack', subject: 'l2', runner: 'r1.a', payload: { seq: 0, fenced: true } }),
    );
    for (const frame of sent) held.take(frame);
    expect(told).toEqual([]);
    expect(held.inForce).toBe(false);
  });

  it('repeats events until they are acknowledged, ever more seldom, then goes with its spool', async () => {
    const { held, root, pass, say, eventFrames } = hold();
    held.report(started);
    held.report(end);
    await pass(30_000);
    const times = eventFrames().length;
    expect(times).toBeGreaterThan(3);
    expect(times).toBeLessThan(12);
    expect(
      eventFrames()
        .at(-1)
        ?.events.map(({ seq }) => seq),
    ).toEqual([1, 2]);
    say('ack', { seq: 1, fenced: false });
    expect(
      eventFrames()
        .at(-1)
        ?.events.map(({ seq }) => seq),
    ).toEqual([2]);
    say('ack', { seq: 0, fenced: false });
    say('ack', { seq: 2, fenced: false });
    await held.settled;
    expect(openEventSpools(root)).toEqual([]);
  });

  it('is given up when control has more events than the disk here kept', async () => {
    const { held, say, told, pass } = hold();
    held.report(started);
    await pass(10);
    say('ack', { seq: 5, fenced: false });
    expect(told).toEqual(['lost']);
    await held.settled;
  });

  it('is given up when an event cannot be written', async () => {
    const { held, spool, told } = hold();
    rmSync(spool.directory, { recursive: true });
    held.report(started);
    expect(told).toEqual(['lost']);
  });

  it('does not take what control could not understand', () => {
    const { held } = hold();
    const long: JobEvent = { type: 'step.started', at: 1, index: 0, name: 'x'.repeat(301) };
    expect(() => held.report(long)).toThrow();
    held.report(end);
    expect(() => held.report(started)).toThrow('after job.finished');
  });

  it('lets control give up on a report that it never takes', async () => {
    const { held, pass, answer, beats } = hold();
    held.report(end);
    for (let times = 0; times < 60; times += 1) {
      await pass(5_000);
      answer('continue');
    }
    expect(beats().length).toBeLessThan(30);
  });
});
