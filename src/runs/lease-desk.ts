import {
  claimSchema,
  eventsSchema,
  type Frame,
  heartbeatSchema,
  isMacedWith,
  isSignedBy,
  macFrame,
  payloadOf,
  type SealedGrant,
  signFrame,
} from '../contract/frame.ts';
import type { JobSpec } from '../contract/job-spec.ts';
import { fingerprint, type Identity, leaseKeyOf, sealTo } from '../contract/keys.ts';
import type { ControlLink } from '../contract/link.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { JobRefusal } from './open-job.ts';
import { isFinal, type Job, type Lease, type Run } from './run.ts';
import type { LeaseStore, RunStore } from './run-store.ts';
import { type RunEvent, type Transition, transition } from './transition.ts';

export type LeaseDeskPorts = {
  store: RunStore;
  leases: LeaseStore;
  link: Pick<ControlLink, 'send'>;
  /** Opens the secrets and the credential of a job that was just given out. */
  openJob: (run: Run, job: Job) => Promise<JobSpec>;
  now: () => number;
  newId: () => string;
  log: Log;
};

export type LeaseDeskSettings = {
  identity: Identity;
  /** Lease keys are derived from it. */
  seed: string;
  /** Public keys of the runners that may claim. */
  enrolled: ReadonlySet<string>;
  leaseMs: number;
};

/**
 * Control's half of the lease protocol. A claim gets at most one lease per attempt; asking again under the same
 * claim gets the same lease, for its grant may have been lost on the way. Every other frame must carry a proof
 * under the key of its lease; what does not is dropped without a word.
 */
export function createLeaseDesk(ports: LeaseDeskPorts, settings: LeaseDeskSettings) {
  const { store, leases, link, log } = ports;

  async function handle(frame: Frame): Promise<void> {
    switch (frame.type) {
      case 'claim':
        return claim(frame);
      case 'heartbeat':
        return heartbeat(frame);
      case 'events':
        return events(frame);
      default:
        log.warn({ type: frame.type }, 'a frame that only control sends came in; dropped');
    }
  }

  async function claim(frame: Frame): Promise<void> {
    const asked = payloadOf(claimSchema, frame);
    if (!asked || !settings.enrolled.has(asked.publicKey) || !isSignedBy(asked.publicKey, frame)) {
      log.warn(
        { runner: frame.runner, name: asked?.name },
        'a claim of a runner that is not enrolled; dropped',
      );
      return;
    }
    if (!frame.runner.startsWith(`${fingerprint(asked.publicKey)}.`)) return;

    const runId = await store.runIdOfJob(asked.jobId);
    if (runId === undefined) return refuse(frame, 'gone', 'there is no such job');
    const lease: Lease = {
      id: ports.newId(),
      claimId: frame.subject,
      runner: { id: fingerprint(asked.publicKey), address: frame.runner, name: asked.name },
      grantedUntilMs: ports.now() + settings.leaseMs,
    };
    const claimed: RunEvent = { type: 'claimed', jobId: asked.jobId, attempt: asked.attempt, lease };
    const run = await store.change(runId, (current) => transition(current, claimed, ports.now()));
    const job = run?.jobs.find((candidate) => candidate.id === asked.jobId);
    const held = job?.attempt?.lease;
    if (!run || !job || job.attempt?.number !== asked.attempt || job.attempt.status !== 'leased' || !held) {
      return refuse(frame, 'gone', `attempt ${asked.attempt} is not waiting for a runner`);
    }
    if (held.claimId !== frame.subject || held.runner.id !== lease.runner.id) {
      return refuse(frame, 'gone', `attempt ${asked.attempt} is held by runner ${held.runner.name}`);
    }
    await grant(frame, run, job, held, asked.publicKey);
  }

  async function grant(frame: Frame, run: Run, job: Job, lease: Lease, publicKey: string): Promise<void> {
    let spec: JobSpec;
    try {
      spec = await ports.openJob(run, job);
    } catch (error) {
      if (!(error instanceof JobRefusal)) {
        log.error({ err: error, jobId: job.id }, `job cannot be opened just now: ${messageOf(error)}`);
        return refuse(frame, 'later', 'control cannot open the job just now');
      }
      await store.change(run.id, (current) => endInError(current, job.id, lease.id, error, ports.now()));
      return refuse(frame, 'gone', 'the job cannot be given out');
    }
    const opened: SealedGrant = { leaseKey: leaseKeyOf(settings.seed, lease.id), spec };
    const sealed = sealTo(publicKey, JSON.stringify(opened), lease.id);
    const payload = { leaseId: lease.id, leaseMs: settings.leaseMs, sealed };
    const { subject, runner } = frame;
    await link.send(runner, signFrame(settings.identity, { type: 'grant', subject, runner, payload }));
  }

  async function refuse(frame: Frame, verdict: 'gone' | 'later', message: string): Promise<void> {
    const { subject, runner } = frame;
    const payload = { verdict, message };
    await link.send(runner, signFrame(settings.identity, { type: 'refusal', subject, runner, payload }));
  }

  async function heartbeat(frame: Frame): Promise<void> {
    const leaseKey = leaseKeyOf(settings.seed, frame.subject);
    const beat = isMacedWith(leaseKey, frame) ? payloadOf(heartbeatSchema, frame)?.beat : undefined;
    if (beat === undefined) return dropped(frame);
    const verdict = await leases.renew(frame.subject, beat, ports.now() + settings.leaseMs);
    await answer(frame, leaseKey, 'answer', { beat, verdict });
  }

  async function events(frame: Frame): Promise<void> {
    const leaseKey = leaseKeyOf(settings.seed, frame.subject);
    const reported = isMacedWith(leaseKey, frame) ? payloadOf(eventsSchema, frame)?.events : undefined;
    if (!reported) return dropped(frame);
    const lease = await store.leaseOf(frame.subject);
    if (!lease) return answer(frame, leaseKey, 'ack', { seq: 0, fenced: true });
    const { jobId, leaseId } = lease;
    const run = await store.change(lease.runId, (current) =>
      foldTransitions(
        current,
        reported.map(({ seq, body }) => ({ type: 'reported', jobId, leaseId, seq, body })),
        ports.now(),
      ),
    );
    const attempt = run?.jobs.find((job) => job.id === jobId)?.attempt;
    // A lost attempt takes nothing more, though its job has no newer one yet.
    const inForce = attempt?.lease?.id === leaseId && attempt.status !== 'lost';
    await answer(frame, leaseKey, 'ack', { seq: inForce ? attempt.lastSeq : 0, fenced: !inForce });
    if (run && isFinal(run.status)) log.info({ runId: run.id, status: run.status }, 'run ended');
  }

  async function answer(frame: Frame, leaseKey: string, type: 'answer' | 'ack', payload: unknown) {
    const { subject, runner } = frame;
    await link.send(runner, macFrame(leaseKey, { type, subject, runner, payload }));
  }

  function dropped(frame: Frame): void {
    log.warn({ type: frame.type, leaseId: frame.subject }, 'a frame without a valid proof; dropped');
  }

  return { handle };
}

/** Several events as one transition: one transaction, the effects of all. */
function foldTransitions(run: Run, events: readonly RunEvent[], nowMs: number): Transition {
  const folded: Transition = { run, effects: [], facts: [], replaced: [] };
  for (const event of events) {
    const next = transition(folded.run, event, nowMs);
    folded.run = next.run;
    folded.effects.push(...next.effects);
    folded.facts.push(...next.facts);
    folded.replaced.push(...next.replaced);
  }
  return folded;
}

// Control ends the attempt in the runner's place: nobody else will ever report on it.
function endInError(
  run: Run,
  jobId: string,
  leaseId: string,
  refusal: JobRefusal,
  nowMs: number,
): Transition {
  const lastSeq = run.jobs.find((job) => job.id === jobId)?.attempt?.lastSeq ?? 0;
  const body = {
    type: 'job.finished',
    at: nowMs,
    outcome: 'error',
    reason: { code: refusal.code, message: refusal.message },
    logLines: 0,
    logBytes: 0,
    logCut: false,
  } as const;
  return transition(run, { type: 'reported', jobId, leaseId, seq: lastSeq + 1, body }, nowMs);
}
