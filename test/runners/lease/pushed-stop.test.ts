import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEventSpool } from '../../../runners/lease/event-spool.ts';
import { holdLease } from '../../../runners/lease/held-lease.ts';
import { heartbeatSchema, macFrame, payloadOf } from '../../../src/contract/frame.ts';
import { createMachineClock, createVirtualClock } from '../../scenarios/lease/virtual-clock.ts';

const leaseMs = 15_000;

function hold() {
  const root = mkdtempSync(join(tmpdir(), 'hookline-pushed-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const time = createVirtualClock(1_000_000);
  const spool = createEventSpool(root, {
    leaseId: 'l1',
    leaseKey: 'key',
    leaseMs,
    runId: 'r',
    jobId: 'j',
    attempt: 1,
  });
  const beats: number[] = [];
  const link = {
    async send(frame: Parameters<typeof payloadOf>[1]) {
      const beat = payloadOf(heartbeatSchema, frame)?.beat;
      if (beat !== undefined) beats.push(beat);
    },
  };
  const held = holdLease({ spool, link, address: 'r1.a', clock: createMachineClock(time, 0) });
  onTestFinished(() => held.close());
  const told: string[] = [];
  held.onStop((reason) => told.push(reason));
  const say = (payload: unknown, key = 'key') =>
    held.take(macFrame(key, { type: 'answer', subject: 'l1', runner: 'r1.a', payload }));
  const pass = (ms: number) => time.runUntil(() => false, ms);
  return { held, told, say, pass, beats };
}

describe('a cancel that control sends of itself', () => {
  it('stops the job between two heartbeats, once, however often it comes', async () => {
    const { told, say, pass, beats } = hold();
    await pass(10);
    say({ beat: beats.at(-1), verdict: 'continue' });
    say({ verdict: 'cancel' });
    say({ verdict: 'cancel' });
    expect(told).toEqual(['cancel']);
    say({ beat: beats.at(-1), verdict: 'cancel' });
    expect(told).toEqual(['cancel']);
  });

  it('is nothing without the key of the lease', async () => {
    const { told, say, pass } = hold();
    await pass(10);
    say({ verdict: 'cancel' }, 'another key');
    expect(told).toEqual([]);
  });

  it('neither begins a job nor prolongs its lease', async () => {
    const { held, told, say, pass } = hold();
    await pass(10);
    say({ verdict: 'cancel' });
    say({ verdict: 'continue' });
    expect(held.inForce).toBe(false);
    await pass(leaseMs);
    expect(told).toEqual(['cancel', 'lost']);
  });
});
