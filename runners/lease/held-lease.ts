import type { Clock } from '../../src/clock.ts';
import {
  type Ack,
  type Answer,
  ackSchema,
  answerSchema,
  type Frame,
  isMacedWith,
  macFrame,
  payloadOf,
} from '../../src/contract/frame.ts';
import { type JobEvent, jobEventSchema } from '../../src/contract/job-event.ts';
import type { RunnerLink } from '../../src/contract/link.ts';
import type { EventSpool } from './event-spool.ts';

/** Why a runner must stop a job: control says so, another runner has it, or control was not heard for too long. */
export type StopReason = 'cancel' | 'fenced' | 'lost';

export type HeldLease = {
  readonly leaseId: string;
  /** Whether the job may run now, as far as this side knows. */
  readonly inForce: boolean;
  /** Resolves when the job may begin, or with `false` when it never may. */
  readonly begun: Promise<boolean>;
  /** Calls back with a {@link StopReason}, each at most once; `fenced` or `lost` may follow `cancel`. */
  onStop(stop: (reason: StopReason) => void): void;
  /**
   * Nothing may be reported after `job.finished`. Throws for an event that control could not understand. When it
   * cannot be written to this machine's disk the lease is given up: a report with a gap is worth nothing.
   */
  report(body: JobEvent): void;
  /** Sends what control does not have yet: for a lease whose events an earlier process wrote. */
  flush(): void;
  /** Resolves when control has every event, or will never take them, and the spool is gone. */
  readonly settled: Promise<void>;
  take(frame: Frame): void;
  /** Stops all timers; what control does not have yet stays on disk for the next start. */
  close(): void;
};

const firstResendMs = 1_000;
const mostResendMs = 8_000;
const eventsPerFrame = 200;
/** After the end of its job a lease is kept up this many times more, then control may give up on the report. */
const beatsAfterEnd = 20;

/**
 * A runner's half of a lease: heartbeats while the job runs, events sent again until they are acknowledged.
 *
 * The lease is good until `leaseMs` after the sending of the newest heartbeat that was answered. Control counts
 * from its receipt, which is later; so the runner always stops before control gives the job to someone else. A grant
 * by itself says nothing, for it may have been long on its way: the job begins with the first answer. Each heartbeat
 * has a timer of its own rather than a time: a wall clock that is set back must not prolong a lease.
 */
export function holdLease(options: {
  spool: EventSpool;
  link: Pick<RunnerLink, 'send'>;
  address: string;
  clock: Clock;
}): HeldLease {
  const { spool, link, clock, address } = options;
  const { leaseId, leaseKey, leaseMs } = spool.lease;
  const listeners: ((reason: StopReason) => void)[] = [];
  const told = new Set<StopReason>();
  /** Heartbeats sent within the last `leaseMs`, each with what calls its timer off. Number 0 is the taking of the grant. */
  const running = new Map<number, () => void>();
  const { promise: settled, resolve: resolveSettled } = Promise.withResolvers<void>();
  const { promise: begun, resolve: resolveBegun } = Promise.withResolvers<boolean>();
  let hasBegun = false;
  let beat = 0;
  let answeredBeat = 0;
  let endBeats = 0;
  let ackedSeq = 0;
  let resendMs = firstResendMs;
  let over = false;
  let cancelResend = () => {};

  running.set(
    0,
    clock.after(leaseMs, () => expire(0)),
  );
  let cancelBeat = clock.after(0, sendHeartbeat);

  function send(type: 'heartbeat' | 'events', payload: unknown): void {
    const frame = macFrame(leaseKey, { type, subject: leaseId, runner: address, payload });
    // A frame that could not be sent is like one that was lost: the next beat or resend makes up for it.
    link.send(frame).catch(() => {});
  }

  function sendHeartbeat(): void {
    if (over) return;
    if (spool.finished) endBeats += 1;
    if (endBeats > beatsAfterEnd) return;
    // Beats must rise over restarts of the process too, for control takes no beat twice.
    const sent = Math.max(beat + 1, clock.now());
    beat = sent;
    running.set(
      sent,
      clock.after(leaseMs, () => expire(sent)),
    );
    cancelBeat = clock.after(leaseMs / 3, sendHeartbeat);
    send('heartbeat', { beat: sent });
  }

  function expire(sent: number): void {
    running.delete(sent);
    if (sent === answeredBeat && !over && !spool.finished) tell('lost');
  }

  function takeAnswer(sent: number, verdict: Answer['verdict']): void {
    if (verdict === 'fenced') tell('fenced');
    // An answer that took as long as the lease says nothing about now.
    if (verdict === 'fenced' || !running.has(sent)) return;
    answeredBeat = Math.max(answeredBeat, sent);
    hasBegun = true;
    resolveBegun(true);
    if (verdict === 'cancel') tell('cancel');
  }

  function sendEvents(): void {
    cancelResend();
    if (over) return;
    const events = spool.after(ackedSeq, eventsPerFrame);
    if (events.length === 0) return;
    cancelResend = clock.after(resendMs, sendEvents);
    resendMs = Math.min(mostResendMs, resendMs * 2);
    send('events', { events });
  }

  function takeAck({ seq, fenced }: Ack): void {
    // Control has more than the disk here: the machine went down and lost what it wrote last. Nobody can go on.
    if (fenced || seq > spool.lastSeq) {
      tell(fenced ? 'fenced' : 'lost');
      end();
      return;
    }
    // An older ack that comes late must not move the mark back.
    if (seq <= ackedSeq) return;
    ackedSeq = seq;
    resendMs = firstResendMs;
    if (spool.finished && ackedSeq === spool.lastSeq) end();
    else if (ackedSeq < spool.lastSeq) sendEvents();
  }

  function tell(reason: StopReason): void {
    if (told.has(reason)) return;
    told.add(reason);
    // A lease that is not to be used is not kept up either: should the job's end hang, control need not wait for it.
    if (reason !== 'cancel') {
      cancelBeat();
      resolveBegun(false);
    }
    for (const listener of listeners) listener(reason);
  }

  function end(): void {
    stop();
    spool.remove();
    resolveSettled();
  }

  function stop(): void {
    over = true;
    cancelBeat();
    cancelResend();
    for (const cancel of running.values()) cancel();
    running.clear();
  }

  return {
    leaseId,
    settled,
    begun,
    get inForce() {
      return hasBegun && !over && !told.has('fenced') && !told.has('lost');
    },
    onStop(listener) {
      listeners.push(listener);
      for (const reason of told) listener(reason);
    },
    report(body) {
      if (over) return;
      const idle = spool.lastSeq === ackedSeq;
      const event = jobEventSchema.parse(body);
      if (spool.finished) throw new Error(`lease ${leaseId}: an event after job.finished`);
      try {
        spool.append(event);
      } catch {
        stop();
        tell('lost');
        resolveSettled();
        return;
      }
      // While a frame is under way its resend or its ack carries this event along.
      if (idle || event.type === 'job.finished') sendEvents();
    },
    flush: sendEvents,
    take(frame) {
      if (over || frame.subject !== leaseId || !isMacedWith(leaseKey, frame)) return;
      if (frame.type === 'answer') {
        const answer = payloadOf(answerSchema, frame);
        if (answer?.beat !== undefined) takeAnswer(answer.beat, answer.verdict);
        // Sent unasked it says nothing of how long the lease is good for.
        else if (answer?.verdict === 'cancel') tell('cancel');
      } else if (frame.type === 'ack') {
        const ack = payloadOf(ackSchema, frame);
        if (ack) takeAck(ack);
      }
    },
    close() {
      stop();
      resolveBegun(false);
    },
  };
}
