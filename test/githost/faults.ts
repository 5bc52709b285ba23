import { setTimeout as delay } from 'node:timers/promises';

/** What goes wrong, from now on: tests change it while the server runs. */
export interface Faults {
  /**
   * What the next posted commit statuses get instead of being taken, one each, in order: an HTTP status, with headers
   * where those matter, or to be taken, but only after `lateMs`.
   */
  statuses: (number | { status: number; headers: Record<string, string> } | { lateMs: number })[];
  /**
   * What the next writings of check runs get, one each: an HTTP status in place of being taken, to be taken and answered by
   * 502, or to be answered late.
   */
  checks: (number | 'unheard' | { lateMs: number })[];
  /** What the next writings of comments get, as of check runs. */
  comments: (number | 'unheard')[];
  /** What every question about webhooks gets instead of an answer. */
  hooks: { status: 403 | 404 | 429 | 502; headers?: Record<string, string> } | undefined;
  /** How long every answer of the API and of git is held back. */
  delayMs: number;
  /** Git over HTTP answers 503. */
  gitDown: boolean;
}

export function noFaults(): Faults {
  return { statuses: [], checks: [], comments: [], hooks: undefined, delayMs: 0, gitDown: false };
}

export async function holdBack({ delayMs }: Faults): Promise<void> {
  if (delayMs > 0) await delay(delayMs);
}
