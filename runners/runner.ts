import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { BlobStore } from '../src/blobs/blob-store.ts';
import type { Clock } from '../src/clock.ts';
import type { Frame } from '../src/contract/frame.ts';
import type { JobSpec } from '../src/contract/job-spec.ts';
import type { Identity } from '../src/contract/keys.ts';
import type { RunnerLink } from '../src/contract/link.ts';
import type { LiveLogWriter } from '../src/contract/live-log.ts';
import type { Ticket, TicketQueue, TicketReader } from '../src/contract/ticket.ts';
import { messageOf } from '../src/errors.ts';
import { type Log, withCorrelation } from '../src/log.ts';
import { pause } from './deploy/codedeploy/pause.ts';
import { finishedEvent, type JobResult, reportedResult } from './finished-event.ts';
import { followOrders } from './follow-orders.ts';
import { giveBack } from './give-back.ts';
import { type JobStop, watchForStop } from './job-stop.ts';
import { claimLease, type GrantedClaim, type OpenClaim } from './lease/claim-lease.ts';
import { createEventSpool, type EventSpool, hasRoomForSpool, openEventSpools } from './lease/event-spool.ts';
import { type HeldLease, holdLease } from './lease/held-lease.ts';
import { openJobLog } from './log/job-log.ts';
import { createMasker } from './log/masker.ts';
import type { JobRun } from './run-job.ts';
import { watchKill } from './watch-kill.ts';

export type RunnerPorts = {
  /** The link under this process's own address. */
  linkTo: (address: string) => RunnerLink;
  tickets: TicketReader;
  blobs: BlobStore;
  live: LiveLogWriter;
  clock: Clock;
  log: Log;
  /** Carries out one kind of job; resolves with its outcome whatever happens. */
  carryOut: (spec: JobSpec, job: JobRun) => Promise<JobResult>;
  /** Resolves when this machine can carry out jobs: no attempt is claimed before. `back`: it could not for a while. */
  ready?: (signal: AbortSignal) => Promise<'ready' | 'back'>;
  /** Name and version of the container engine, `away` while it does not answer. */
  engine?: () => string | 'away';
  /** Removes what dead leases left on this machine. `keep` names the leases in force. */
  sweep: (keep: ReadonlySet<string>) => Promise<void>;
};

export type RunnerSettings = {
  queue: TicketQueue;
  slots: number;
  identity: Identity;
  controlPublicKey: string;
  /** For people: the host's name. */
  name: string;
  version: string;
  /** Besides those that every job may ask for; a job that asks for others is not offered. */
  labels?: readonly string[];
  /** Tells this runner apart from others with its key, the same after a restart. */
  place?: string;
  directory: string;
};

export type Runner = {
  /** Jobs under way. */
  readonly busy: number;
  /** Resolves when the runner was ordered to drain and its last job has ended. */
  readonly drained: Promise<void>;
  /**
   * Takes no new job; those under way may go on for `graceMs`, then they are given back to control. Called again, the
   * earlier end of the grace holds.
   */
  close(graceMs: number): Promise<void>;
};

const claimGiveUpMs = 30_000;
/** A full disk is looked at again after this time. */
const roomWaitMs = 3_000;
/** Control may take this long to acknowledge the last reports when the runner stops. */
const settleMs = 5_000;
const sweepMs = 60_000;
/** A store that is down holds up the end of a job this long; after that the job ends without the rest of its log. */
const logEndMs = 10 * 60_000;

/**
 * A runner: takes tickets, claims their attempts, carries them out and reports. It first clears away what its
 * predecessor on this machine left, and says what that one had still to say.
 */
export async function startRunner(ports: RunnerPorts, settings: RunnerSettings): Promise<Runner> {
  const { clock, log } = ports;
  const address = `${settings.identity.id}.${randomUUID().slice(0, 8)}`;
  const link = ports.linkTo(address);
  const spoolRoot = join(settings.directory, 'leases');
  const claims = new Map<string, OpenClaim>();
  const held = new Map<string, HeldLease>();
  const running = new Map<string, JobStop>();
  const stopping = new AbortController();
  const hurry = new AbortController();
  const { labels = [], place = '' } = settings;
  let closing: Promise<void> | undefined;

  link.onFrame((frame: Frame) => {
    if (frame.type === 'grant' || frame.type === 'refusal') claims.get(frame.subject)?.take(frame);
    else if (frame.type === 'order') duty.take(frame);
    else held.get(frame.subject)?.take(frame);
  });

  const duty = followOrders({
    ...{ link, clock, log, address, engine: ports.engine },
    identity: settings.identity,
    controlPublicKey: settings.controlPublicKey,
    introduction: {
      place,
      labels: [...labels],
      kind: settings.queue,
      name: settings.name,
      version: settings.version,
      slots: settings.slots,
      startedAtMs: clock.now(),
    },
    busy: () => running.size,
  });
  await ports.sweep(new Set());
  for (const spool of openEventSpools(spoolRoot))
    giveBack(spool, hold(spool), { ...ports, name: settings.name });
  const subscription = ports.tickets.take(settings.queue, settings.slots, work, labels);
  await duty.govern(subscription);
  let callOffSweep = clock.after(sweepMs, sweep);

  function sweep(): void {
    sweepNow().finally(() => {
      if (!closing) callOffSweep = clock.after(sweepMs, sweep);
    });
  }

  function sweepNow(): Promise<void> {
    return ports
      .sweep(new Set(running.keys()))
      .catch((error: unknown) => log.warn({ err: error }, 'sweeping failed; it is tried again'));
  }

  function hold(spool: EventSpool): HeldLease {
    const lease = holdLease({ spool, link, address, clock });
    held.set(lease.leaseId, lease);
    lease.settled.then(() => held.delete(lease.leaseId));
    return lease;
  }

  async function work(ticket: Ticket, putBack: () => void): Promise<void> {
    if (!duty.mayTake) return putBack();
    if (!hasRoomForSpool(spoolRoot)) return waitForRoom(putBack);
    if ((await ports.ready?.(stopping.signal)) === 'back') await sweepNow();
    // Nobody has claimed the attempt: control writes its ticket again.
    if (closing) return;
    const claimId = randomUUID();
    const claim = claimLease({
      ticket,
      claimId,
      address,
      link,
      clock,
      identity: settings.identity,
      controlPublicKey: settings.controlPublicKey,
      name: settings.name,
      version: settings.version,
      place,
      labels,
      giveUpMs: claimGiveUpMs,
    });
    claims.set(claimId, claim);
    if (hurry.signal.aborted) claim.giveUp('this runner is stopping');
    const answer = await claim.answer.finally(() => claims.delete(claimId));
    if ('held' in answer) {
      duty.heldBack();
      return putBack();
    }
    if ('refused' in answer) {
      log.info({ jobId: ticket.jobId, attempt: ticket.attempt }, `no lease: ${answer.refused}`);
      return;
    }
    const { granted } = answer;
    await withCorrelation(granted.spec.correlationId, () => carryOut(granted));
  }

  /** An attempt that is claimed on a full disk is lost: its ticket goes back, for a runner that has room. */
  async function waitForRoom(putBack: () => void): Promise<void> {
    log.error(`no job is taken before the disk of ${spoolRoot} has room`);
    await pause(clock, roomWaitMs, stopping.signal);
    putBack();
  }

  async function carryOut(granted: GrantedClaim): Promise<void> {
    const { spec, leaseId, leaseKey, leaseMs } = granted;
    const attempt = { runId: spec.runId, jobId: spec.jobId, attempt: spec.attempt };
    const spool = createEventSpool(spoolRoot, { leaseId, leaseKey, leaseMs, ...attempt });
    const lease = hold(spool);
    const stop = watchForStop(lease, spec.timeoutMs, clock);
    running.set(leaseId, stop);
    duty.changed();
    if (hurry.signal.aborted) stop.handBack();
    try {
      if (await lease.begun) await carryOutUnder(lease, spool, spec, stop);
      else
        lease.report(
          finishedEvent(clock.now(), 'lost', { code: 'runner-lost', message: 'granted too late' }),
        );
    } catch (error) {
      // Nobody works on the job any more: without heartbeats control makes another attempt of it.
      log.error({ err: error, ...attempt }, `job given up: ${messageOf(error)}`);
      lease.close();
      held.delete(leaseId);
    } finally {
      stop.close();
      running.delete(leaseId);
      duty.changed();
      // One that was given up, for the disk did not take an event, has left what nobody will read.
      lease.settled.then(() => spool.remove()).catch(() => {});
    }
  }

  async function carryOutUnder(lease: HeldLease, spool: EventSpool, spec: JobSpec, stop: JobStop) {
    const { leaseId } = lease;
    const attempt = { runId: spec.runId, jobId: spec.jobId, attempt: spec.attempt };
    const masker = createMasker(Object.values(spec.secrets));
    const jobLog = openJobLog({
      attempt,
      directory: spool.directory,
      blobs: ports.blobs,
      live: ports.live,
      masker,
      limitBytes: spec.logLimitBytes,
      startedAtMs: clock.now(),
      now: clock.now,
      report: lease.report,
    });
    log.info({ ...attempt, job: spec.jobName, repository: spec.repository }, 'job begins');
    const carrying = ports
      .carryOut(spec, { leaseId, jobLog, stop, report: lease.report })
      .catch((error: unknown): JobResult => {
        log.error({ err: error }, `job broke: ${messageOf(error)}`);
        return { outcome: 'error', reason: { code: 'internal', message: 'internal error of the runner' } };
      });
    const kill = watchKill(stop, clock);
    const result = await Promise.race([carrying, kill.hangs]).finally(kill.callOff);
    stop.close();
    const ended = await jobLog.end(AbortSignal.any([stop.atOnce, AbortSignal.timeout(logEndMs)]));
    const { outcome, reason } = reportedResult(result, stop, settings.name, masker.text);
    lease.report(finishedEvent(clock.now(), outcome, reason, ended, result.usage));
    log.info({ ...attempt, outcome }, 'job ended');
  }

  return {
    get busy() {
      return running.size;
    },
    drained: duty.drained,
    async close(graceMs) {
      if (graceMs <= 0) handBackAll();
      const callOff = graceMs > 0 ? clock.after(graceMs, handBackAll) : () => {};
      closing ??= end();
      await closing;
      callOff();
    },
  };

  function handBackAll(): void {
    hurry.abort();
    for (const claim of claims.values()) claim.giveUp('this runner is stopping');
    for (const stop of running.values()) stop.handBack();
  }

  async function end(): Promise<void> {
    stopping.abort();
    callOffSweep();
    duty.leave();
    await subscription.pause();
    await subscription.close();
    await settle();
    await duty.close();
    for (const lease of held.values()) lease.close();
    await link.close();
  }

  /** What control did not acknowledge by then stays on disk for the next start. */
  async function settle(): Promise<void> {
    const settled = Promise.all([...held.values()].map((lease) => lease.settled));
    const late = Promise.withResolvers<void>();
    const callOff = clock.after(settleMs, late.resolve);
    await Promise.race([settled, late.promise]);
    callOff();
  }
}
