import type { Clock } from '../../src/clock.ts';
import {
  ackSchema,
  answerSchema,
  type Frame,
  isMacedWith,
  macFrame,
  payloadOf,
} from '../../src/contract/frame.ts';
import type { JobEvent } from '../../src/contract/job-event.ts';
import type { RunnerLink } from '../../src/contract/link.ts';
import type { EventSpool } from './event-spool.ts';

/** Why a runner must stop a job: control says so, another runner has it, or control was not heard for too long. */
export type StopReason = 'cancel' | 'fenced' | 'lost';

export type HeldLease = {
  readonly leaseId: string;
  /** Aborts with a {@link StopReason}; `cancel` comes at most once, and `fenced` or `lost` may follow it. */
  onStop(stop: (reason: StopReason) => void): void;
  /** Nothing may be reported after `job.finished`. */
  report(body: JobEvent): void;
  /** Sends what control does not have yet: for a lease whose events an earlier process wrote. */
  flush(): void;
  /** Resolves when control has every event, or will never take them, and the spool is gone. */
  readonly settled: Promise<void>;
  take(frame: Frame): void;
  /** Stops all timers; what control does not have yet stays on disk for the next start. */
  close(): void;
};

const resendMs = 1_000;
const eventsPerFrame = 200;

/**
 * A runner's half of a lease: heartbeats while the job runs, events sent again until they are acknowledged.
 *
 * The lease is good until `leaseMs` after the sending of the newest heartbeat that was answered. Control counts
 * from its receipt, which is later; so the runner always stops before control gives the job to someone else.
 */
export function holdLease(options: {
  spool: EventSpool;
  link: Pick<RunnerLink, 'send'>;
  address: string;
  clock: Clock;
  /** When the claim that was granted was sent. */
  claimedAtMs: number;
}): HeldLease {
  const { spool, link, clock, address } = options;
  const { leaseId, leaseKey, leaseMs } = spool.lease;
  const listeners: ((reason: StopReason) => void)[] = [];
  const told = new Set<StopReason>();
  const sentAtMs = new Map<number, number>();
  let beat = 0;
  let goodUntilMs = options.claimedAtMs + leaseMs;
  let ackedSeq = 0;
  let over = false;
  let resolveSettled = () => {};
  const settled = new Promise<void>((resolve) => {
    resolveSettled = resolve;
  });
  let cancelBeat = clock.after(0, sendHeartbeat);
  let cancelResend = () => {};
  let cancelDeadline = clock.after(leaseMs, checkDeadline);

  function send(type: 'heartbeat' | 'events', payload: unknown): void {
    const frame = macFrame(leaseKey, { type, subject: leaseId, runner: address, payload });
    // A frame that could not be sent is like one that was lost: the next beat or resend makes up for it.
    link.send(frame).catch(() => {});
  }

  function sendHeartbeat(): void {
    if (over) return;
    // Beats must rise over restarts of the process too, for control takes no beat twice.
    beat = Math.max(beat + 1, clock.now());
    sentAtMs.set(beat, clock.now());
    for (const [old, at] of sentAtMs) if (at < clock.now() - 4 * leaseMs) sentAtMs.delete(old);
    send('heartbeat', { beat });
    cancelBeat = clock.after(leaseMs / 3, sendHeartbeat);
  }

  function checkDeadline(): void {
    if (over || spool.finished) return;
    const leftMs = goodUntilMs - clock.now();
    if (leftMs <= 0) tell('lost');
    else cancelDeadline = clock.after(leftMs, checkDeadline);
  }

  function sendEvents(): void {
    cancelResend();
    if (over) return;
    const events = spool.after(ackedSeq, eventsPerFrame);
    if (events.length === 0) return;
    send('events', { events });
    cancelResend = clock.after(resendMs, sendEvents);
  }

  function tell(reason: StopReason): void {
    if (told.has(reason)) return;
    told.add(reason);
    for (const listener of listeners) listener(reason);
  }

  function end(): void {
    if (over) return;
    over = true;
    stopTimers();
    spool.remove();
    resolveSettled();
  }

  function stopTimers(): void {
    cancelBeat();
    cancelResend();
    cancelDeadline();
  }

  return {
    leaseId,
    settled,
    onStop(listener) {
      listeners.push(listener);
      for (const reason of told) listener(reason);
    },
    report(body) {
      if (over) return;
      const idle = spool.lastSeq === ackedSeq;
      spool.append(body);
      // While a frame is under way its resend or its ack carries this event along.
      if (idle || body.type === 'job.finished') sendEvents();
    },
    flush: sendEvents,
    take(frame) {
      if (over || !isMacedWith(leaseKey, frame)) return;
      if (frame.type === 'answer') {
        const answer = payloadOf(answerSchema, frame);
        const sent = answer && sentAtMs.get(answer.beat);
        if (!answer || sent === undefined) return;
        if (answer.verdict === 'fenced') tell('fenced');
        else goodUntilMs = Math.max(goodUntilMs, sent + leaseMs);
        if (answer.verdict === 'cancel') tell('cancel');
      } else if (frame.type === 'ack') {
        const ack = payloadOf(ackSchema, frame);
        if (!ack) return;
        if (ack.fenced) {
          tell('fenced');
          end();
          return;
        }
        // An older ack that comes late must not move the mark back.
        if (ack.seq <= ackedSeq) return;
        ackedSeq = ack.seq;
        if (spool.finished && ackedSeq === spool.lastSeq) end();
        else if (ackedSeq < spool.lastSeq) sendEvents();
      }
    },
    close() {
      over = true;
      stopTimers();
    },
  };
}
