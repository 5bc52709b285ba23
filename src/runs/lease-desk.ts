import {
  claimSchema,
  eventsSchema,
  type Frame,
  heartbeatSchema,
  isMacedWith,
  isSignedBy,
  macFrame,
  payloadOf,
  type RefusedClaim,
  type SealedGrant,
  signFrame,
} from '../contract/frame.ts';
import type { JobSpec } from '../contract/job-spec.ts';
import { fingerprint, type Identity, leaseKeyOf, sealTo } from '../contract/keys.ts';
import type { ControlLink } from '../contract/link.ts';
import { runnerIdOf } from '../contract/presence.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { JobRefusal } from './open-job.ts';
import { isFinal, type Job, type Lease, type Run } from './run.ts';
import type { LeaseRecord, LeaseStore, RunStore } from './run-store.ts';
import { lackedLabels } from './runner-labels.ts';
import type { RunnerRegistry } from './runner-registry.ts';
import { type RunEvent, type Transition, transition } from './transition.ts';

export type LeaseDeskPorts = {
  store: RunStore;
  leases: LeaseStore;
  link: Pick<ControlLink, 'send'>;
  /** Opens the secrets and the credential of a job that was just given out. */
  openJob: (run: Run, job: Job) => Promise<JobSpec>;
  /** What people ordered the runner to do. Absent: every runner works. */
  orderOf?: RunnerRegistry['orderOf'];
  now: () => number;
  newId: () => string;
  log: Log;
};

export type LeaseDeskSettings = {
  identity: Identity;
  /** Lease keys are derived from it. */
  seed: string;
  /**
   * Public keys of those who may claim: builds and deployments apart, for only a deployer is to hold the credentials
   * that deploy, and its machine runs no code of a repository.
   */
  enrolled: { runners: ReadonlySet<string>; deployers: ReadonlySet<string> };
  leaseMs: number;
};

const heldTexts = {
  drain: 'this runner was ordered to drain and takes no new job',
  pause: 'this runner was ordered to pause and takes no new job',
} as const;

/** Grants that may have to be said again; older ones are opened anew. */
const keptGrants = 500;

/**
 * Control's half of the lease protocol. A claim gets at most one lease per attempt; asking again under the same
 * claim gets the same lease, for its grant may have been lost on the way. Every other frame must carry a proof
 * under the key of its lease; what does not is dropped without a word.
 */
export function createLeaseDesk(ports: LeaseDeskPorts, settings: LeaseDeskSettings) {
  const { store, leases, link, log } = ports;
  const recentGrants = new Map<string, Frame>();

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
    if (!asked || !isEnrolled(asked.publicKey) || !isSignedBy(asked.publicKey, frame)) {
      log.warn(
        { runner: frame.runner, name: asked?.name },
        'a claim of a runner that is not enrolled; dropped',
      );
      return;
    }
    if (!frame.runner.startsWith(`${fingerprint(asked.publicKey)}.`)) return;

    const runner = { id: fingerprint(asked.publicKey), address: frame.runner, name: asked.name };
    const claimant = { claimId: frame.subject, runner };
    const runId = await store.runIdOfJob(asked.jobId);
    const run = runId === undefined ? undefined : await store.get(runId);
    const job = run?.jobs.find((candidate) => candidate.id === asked.jobId);
    if (!run || !job) return refuse(frame, 'gone', 'there is no such job');
    const allowed = job.plan.kind === 'deploy' ? settings.enrolled.deployers : settings.enrolled.runners;
    if (!allowed.has(asked.publicKey)) {
      log.warn(
        { runner: frame.runner, jobId: job.id },
        `a claim of a ${job.plan.kind} by the wrong kind of runner`,
      );
      return refuse(frame, 'gone', `this runner's key is not one that a ${job.plan.kind} is given to`);
    }
    if (!mayBeHad(job, asked.attempt, claimant)) return refuseTaken(frame, job, asked.attempt);
    const lacking = lackedLabels(job.plan, asked.labels);
    if (lacking.length > 0)
      return refuse(frame, 'gone', `this runner lacks the labels ${lacking.join(', ')}`);
    if (job.attempt?.status === 'queued') {
      const order = await ports.orderOf?.(runnerIdOf(asked.publicKey, asked.place));
      if (order === 'drain' || order === 'pause') return refuse(frame, 'held', heldTexts[order]);
    }
    const repeated = job.attempt?.lease && recentGrants.get(job.attempt.lease.id);
    if (repeated) return link.send(frame.runner, repeated);

    // Opened before anything is given out: while a provider is away, attempts wait and no lease runs out on them.
    let spec: JobSpec;
    try {
      spec = await ports.openJob(run, job);
    } catch (error) {
      return refuseUnopened(frame, run.id, job, asked.attempt, error);
    }
    const lease: Lease = {
      ...claimant,
      id: ports.newId(),
      grantedUntilMs: ports.now() + settings.leaseMs,
    };
    const claimed: RunEvent = { type: 'claimed', jobId: job.id, attempt: asked.attempt, lease };
    const after = await store.change(run.id, (current) => transition(current, claimed, ports.now()));
    const given = after?.jobs.find((candidate) => candidate.id === job.id);
    const held = given?.attempt?.lease;
    if (!given || !held || !mayBeHad(given, asked.attempt, claimant)) {
      return refuseTaken(frame, given ?? job, asked.attempt);
    }
    await grant(frame, spec, held, asked.publicKey);
  }

  function isEnrolled(publicKey: string): boolean {
    return settings.enrolled.runners.has(publicKey) || settings.enrolled.deployers.has(publicKey);
  }

  async function grant(frame: Frame, spec: JobSpec, lease: Lease, publicKey: string): Promise<void> {
    const opened: SealedGrant = { leaseKey: leaseKeyOf(settings.seed, lease.id), spec };
    const sealed = sealTo(publicKey, JSON.stringify(opened), lease.id);
    const payload = { leaseId: lease.id, leaseMs: settings.leaseMs, sealed };
    const { subject, runner } = frame;
    const granting = signFrame(settings.identity, { type: 'grant', subject, runner, payload });
    for (const old of recentGrants.keys()) if (recentGrants.size >= keptGrants) recentGrants.delete(old);
    recentGrants.set(lease.id, granting);
    await link.send(runner, granting);
  }

  function refuseTaken(frame: Frame, job: Job, attempt: number): Promise<void> {
    const holder = job.attempt?.number === attempt && job.attempt.lease?.runner.name;
    const why = holder ? `was given to runner ${holder}` : 'is not waiting for a runner';
    return refuse(frame, 'gone', `attempt ${attempt} ${why}`);
  }

  async function refuseUnopened(
    frame: Frame,
    runId: string,
    job: Job,
    attempt: number,
    error: unknown,
  ): Promise<void> {
    if (!(error instanceof JobRefusal)) {
      log.error({ err: error, jobId: job.id }, `job cannot be opened just now: ${messageOf(error)}`);
      return refuse(frame, 'later', 'control cannot open the job just now');
    }
    const reason = { code: error.code, message: error.message };
    const refused: RunEvent = { type: 'refused', jobId: job.id, attempt, reason };
    await store.change(runId, (current) => transition(current, refused, ports.now()));
    return refuse(frame, 'gone', 'the job cannot be given out');
  }

  async function refuse(frame: Frame, verdict: RefusedClaim['verdict'], message: string): Promise<void> {
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
    if (!isMacedWith(leaseKey, frame)) return dropped(frame);
    const lease = await store.leaseOf(frame.subject);
    if (!lease) return answer(frame, leaseKey, 'ack', { seq: 0, fenced: true });
    const { jobId, leaseId } = lease;
    const moves = payloadOf(eventsSchema, frame)?.events.map(
      ({ seq, body }): RunEvent => ({ type: 'reported', jobId, leaseId, seq, body }),
    ) ?? [notUnderstood(lease)];
    let ended = false;
    const run = await store.change(lease.runId, (current) => {
      const moved = foldTransitions(current, moves, ports.now());
      ended = !isFinal(current.status) && isFinal(moved.run.status);
      return moved;
    });
    const attempt = run?.jobs.find((job) => job.id === jobId)?.attempt;
    // A lost attempt takes nothing more, though its job has no newer one yet.
    const inForce = attempt?.lease?.id === leaseId && attempt.status !== 'lost';
    await answer(frame, leaseKey, 'ack', { seq: inForce ? attempt.lastSeq : 0, fenced: !inForce });
    if (run && ended) log.info({ runId: run.id, status: run.status }, 'run ended');
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

type Claimant = Pick<Lease, 'claimId' | 'runner'>;

// The runner too: another enrolled one may have seen the id of the claim, and must not open what is not its own.
function isHolder(lease: Lease | undefined, { claimId, runner }: Claimant): boolean {
  return lease?.claimId === claimId && lease.runner.id === runner.id;
}

/** Whether the attempt waits, or is held under this very claim. */
function mayBeHad(job: Job, attempt: number, claimant: Claimant): boolean {
  if (job.attempt?.number !== attempt) return false;
  if (job.attempt.status === 'queued') return job.status === 'queued';
  return job.attempt.status === 'leased' && isHolder(job.attempt.lease, claimant);
}

// Its proof is right, so it is no forgery: the runner speaks a newer or older language. Dropping the frame would let
// it repeat itself, and hold the lease, for ever.
function notUnderstood({ jobId, attempt }: LeaseRecord): RunEvent {
  const message = 'the runner reported something that control does not know; run the same version of both';
  return { type: 'refused', jobId, attempt, reason: { code: 'not-understood', message } };
}
