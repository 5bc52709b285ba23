import { z } from 'zod';
import { fingerprint } from './keys.ts';
import { ticketQueues } from './ticket.ts';

/** What a job asks of its runner and a runner says of itself: short words in lower case, such as `big` or `arm64`. */
export const labelPattern = /^[a-z0-9][a-z0-9._-]{0,39}$/;
export const mostLabels = 50;

export const labelsSchema = z.array(z.string().regex(labelPattern)).max(mostLabels).default([]);

/** Tells apart the runners that share a key: made of the data directory and of what is carried out there. */
export const runnerPlaceSchema = z
  .string()
  .regex(/^[0-9a-z]{0,16}$/)
  .default('');

/** Names a runner over its restarts, in the API and on the command line. */
export function runnerIdOf(publicKey: string, place: string): string {
  return place === '' ? fingerprint(publicKey) : `${fingerprint(publicKey)}-${place}`;
}

/** `work`: take jobs. `drain`: take none and finish those under way. `pause`: take none until told to resume. */
export const runnerOrders = ['work', 'drain', 'pause'] as const;
export type RunnerOrder = (typeof runnerOrders)[number];

/** `not-ready`: the container engine is away. `stopping`: it was told to end, and jobs are under way. */
export const runnerStates = [
  'ready',
  'not-ready',
  'draining',
  'drained',
  'paused',
  'stopping',
  'stopped',
] as const;
export type RunnerState = (typeof runnerStates)[number];

/** What a runner says of itself, every {@link presenceMs} and when it changed. Signed with the runner's key. */
export const presenceSchema = z.object({
  publicKey: z.string(),
  place: runnerPlaceSchema,
  kind: z.enum(ticketQueues),
  /** The name of its host. */
  name: z.string().max(200),
  version: z.string().max(40),
  labels: labelsSchema,
  slots: z.int().positive(),
  busy: z.int().nonnegative(),
  /** Name and version of the container engine, while it answers. */
  engine: z.string().max(200).optional(),
  state: z.enum(runnerStates),
  /** By the runner's clock: what an earlier process said does not replace what a later one says. */
  startedAtMs: z.int().nonnegative(),
  /** 1, 2, 3, … of one process. */
  beat: z.int().positive(),
});
export type Presence = z.infer<typeof presenceSchema>;

/** Control's answer to a presence, signed by control: what the runner is to do. */
export const orderSchema = z.object({ beat: z.int().positive(), order: z.enum(runnerOrders) });

export const presenceMs = 10_000;
/** A runner that said nothing for this long is taken to be away. */
export const silentMs = 35_000;
