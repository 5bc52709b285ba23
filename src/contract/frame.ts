import { z } from 'zod';
import { jobEventSchema } from './job-event.ts';
import type { Identity } from './keys.ts';
import { macOf, verifyMac, verifySignature } from './keys.ts';
import { labelsSchema, runnerPlaceSchema } from './presence.ts';

/**
 * One message between a runner and control. The payload is JSON text and the proof covers that very text, so
 * nothing has to be put into a canonical form. A claim or presence is proved by the runner's signature, a grant, refusal
 * or order by control's, everything about a lease by a MAC under the key of the lease, which only the two know.
 *
 * Frames may be lost, repeated, reordered and late: both ends are written so that the end of a run is the same.
 */
export const protocolVersion = 1;

const frameTypes = [
  'claim',
  'grant',
  'refusal',
  'heartbeat',
  'answer',
  'events',
  'ack',
  'presence',
  'order',
] as const;
export type FrameType = (typeof frameTypes)[number];

export const frameSchema = z.object({
  v: z.literal(protocolVersion),
  type: z.enum(frameTypes),
  /** The claim or the lease that the frame is about; the runner's address when it is about the runner itself. */
  subject: z.string().max(100),
  /** Where answers go: the runner's id and the instance of its process. */
  runner: z.string().max(100),
  payload: z.string(),
  proof: z.string().max(200),
});
export type Frame = z.infer<typeof frameSchema>;

export const claimSchema = z.object({
  publicKey: z.string(),
  name: z.string().max(200),
  version: z.string().max(40),
  place: runnerPlaceSchema,
  labels: labelsSchema,
  jobId: z.string().max(100),
  attempt: z.int().positive(),
});
export const grantSchema = z.object({
  leaseId: z.string(),
  leaseMs: z.int().positive(),
  sealed: z.string(),
});
/**
 * `later`: control cannot answer now, ask again. `gone`: the attempt is not to be had, drop the ticket. `held`: this
 * runner is to take nothing, and the attempt waits for another one: give the ticket back.
 */
export const refusalSchema = z.object({ verdict: z.enum(['gone', 'later', 'held']), message: z.string() });
export const heartbeatSchema = z.object({ beat: z.int().positive() });
/** `beat` is the heartbeat that it answers; a verdict that control sends of itself, so that it comes at once, has none. */
export const answerSchema = z.object({
  beat: z.int().positive().optional(),
  verdict: z.enum(['continue', 'cancel', 'fenced']),
});
export const eventsSchema = z.object({
  events: z.array(z.object({ seq: z.int().positive(), body: jobEventSchema })).max(500),
});
/** Everything up to and with `seq` is stored: the runner may forget it. */
export const ackSchema = z.object({ seq: z.int().nonnegative(), fenced: z.boolean() });

export type Claim = z.infer<typeof claimSchema>;
export type Grant = z.infer<typeof grantSchema>;
export type RefusedClaim = z.infer<typeof refusalSchema>;
export type Answer = z.infer<typeof answerSchema>;
export type Ack = z.infer<typeof ackSchema>;
export type SequencedEvent = z.infer<typeof eventsSchema>['events'][number];

/** What a grant opens to: the key of the lease and the spec of the job, as JSON, sealed to the claimant. */
export type SealedGrant = { leaseKey: string; spec: unknown };

type Unproved = Omit<Frame, 'v' | 'proof' | 'payload'> & { payload: unknown };

export function signFrame(identity: Identity, unproved: Unproved): Frame {
  const frame = withPayload(unproved);
  return { ...frame, proof: identity.sign(provedText(frame)) };
}

export function macFrame(leaseKey: string, unproved: Unproved): Frame {
  const frame = withPayload(unproved);
  return { ...frame, proof: macOf(leaseKey, provedText(frame)) };
}

export function isSignedBy(publicKey: string, frame: Frame): boolean {
  return verifySignature(publicKey, provedText(frame), frame.proof);
}

export function isMacedWith(leaseKey: string, frame: Frame): boolean {
  return verifyMac(leaseKey, provedText(frame), frame.proof);
}

/** The payload as `schema` wants it, or nothing when it is not so: a bad frame is dropped, never thrown. */
export function payloadOf<T>(schema: z.ZodType<T>, frame: Frame): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(frame.payload));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function withPayload(unproved: Unproved): Frame {
  return { ...unproved, v: protocolVersion, payload: JSON.stringify(unproved.payload), proof: '' };
}

// The type is part of what is proved, so that no answer of one side can be played back as a message of the other.
function provedText(frame: Frame): string {
  return JSON.stringify([frame.v, frame.type, frame.subject, frame.runner, frame.payload]);
}
