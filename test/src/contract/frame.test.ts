import { describe, expect, it } from 'vitest';
import {
  answerSchema,
  eventsSchema,
  type Frame,
  frameSchema,
  isMacedWith,
  isSignedBy,
  macFrame,
  payloadOf,
  signFrame,
} from '../../../src/contract/frame.ts';
import { identityOf, newSeed } from '../../../src/contract/keys.ts';

const identity = identityOf(newSeed());
const heartbeat = macFrame('key', {
  type: 'heartbeat',
  subject: 'l1',
  runner: 'r1.a',
  payload: { beat: 7 },
});
const claim = signFrame(identity, { type: 'claim', subject: 'c1', runner: 'r1.a', payload: { jobId: 'j' } });

describe('a frame', () => {
  it('goes through JSON and is still proved', () => {
    const travelled = (frame: Frame) => frameSchema.parse(JSON.parse(JSON.stringify(frame)));
    expect(isMacedWith('key', travelled(heartbeat))).toBe(true);
    expect(isSignedBy(identity.publicKey, travelled(claim))).toBe(true);
  });

  it('is not proved by another key, and not by the other kind of proof', () => {
    expect(isMacedWith('other', heartbeat)).toBe(false);
    expect(isSignedBy(identityOf(newSeed()).publicKey, claim)).toBe(false);
    expect(isSignedBy(identity.publicKey, heartbeat)).toBe(false);
    expect(isMacedWith('key', claim)).toBe(false);
  });

  it.each([
    ['type', { type: 'answer' }],
    ['subject', { subject: 'l2' }],
    ['runner', { runner: 'r2.a' }],
    ['payload', { payload: '{"beat":8}' }],
    ['payload, in form only', { payload: '{ "beat":7}' }],
  ] as const)('is proved with its %s: changed, it is nobody’s', (_, change) => {
    expect(isMacedWith('key', { ...heartbeat, ...change })).toBe(false);
    expect(isSignedBy(identity.publicKey, { ...claim, ...change })).toBe(false);
  });

  it('of one side cannot be sent back as one of the other', () => {
    const answer = macFrame('key', {
      type: 'answer',
      subject: 'l1',
      runner: 'r1.a',
      payload: { beat: 7, verdict: 'continue' },
    });
    for (const type of ['heartbeat', 'events', 'ack', 'grant', 'claim'] as const) {
      expect(isMacedWith('key', { ...answer, type })).toBe(false);
    }
  });

  it('cannot move text from one field into the next', () => {
    const sly = macFrame('key', {
      type: 'heartbeat',
      subject: 'l1","r',
      runner: '1.a',
      payload: { beat: 7 },
    });
    expect(isMacedWith('key', { ...sly, subject: 'l1', runner: 'r","1.a' })).toBe(false);
  });

  it('has a payload only if it is what it should be', () => {
    const withPayload = (payload: string): Frame => ({ ...heartbeat, payload });
    expect(payloadOf(answerSchema, withPayload('{"beat":1,"verdict":"cancel"}'))).toEqual({
      beat: 1,
      verdict: 'cancel',
    });
    expect(payloadOf(answerSchema, withPayload('{"beat":1,"verdict":"conquer"}'))).toBeUndefined();
    expect(payloadOf(answerSchema, withPayload('{"beat":1.5,"verdict":"cancel"}'))).toBeUndefined();
    expect(payloadOf(answerSchema, withPayload('not JSON'))).toBeUndefined();
    const unknown = { events: [{ seq: 1, body: { type: 'job.exploded', at: 1 } }] };
    expect(payloadOf(eventsSchema, withPayload(JSON.stringify(unknown)))).toBeUndefined();
  });
});
