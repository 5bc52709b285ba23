import type { Ticket } from '../contract/ticket.ts';
import type { Command, CommandOutcome, DecidedCommand } from './command.ts';
import type { NewRun } from './create-run.ts';
import type { Effect } from './effect.ts';
import type { Run } from './run.ts';
import type { Transition } from './transition.ts';

/**
 * PORT. The truth about runs. Every method is one transaction: the state, its effects (into the outbox) and
 * its facts are stored together or not at all, durably before the promise resolves.
 *
 * With the state of a run goes the place of its jobs in their groups (`group.ts`): of the jobs of one repository in one
 * group at most one holds it, the others wait in the order in which they came to wait, and the first of them gets a
 * `grant-group` command when the group is free. A job that says that the newest wins sends the jobs of older runs a
 * `give-way` command, or itself when a newer run came to the group before it.
 */
export type RunStore = {
  /**
   * Ends the planning of a delivery: stores its verdict and creates its runs with the next numbers of their
   * repository. Idempotent: a delivery that was settled before stays as it was, and its runs are returned; so
   * no two runs ever come of one (delivery, reference, pipeline). In the same transaction a run that supersedes
   * others moves on, by `superseded`, every older run of its repository, event, reference and pipeline that has not
   * ended; what these have to say stands in the outbox before what the new run says. `effects` follow from the delivery
   * itself.
   */
  settleDelivery(
    deliveryId: string,
    verdict: DeliveryVerdict,
    runs: readonly NewRun[],
    effects?: readonly Effect[],
  ): Promise<Run[]>;
  /**
   * Loads the run, locked against everyone else, lets `decide` move it on and stores what it returned. When
   * `decide` returns the very same run, nothing is written. Returns the run as it now stands, or nothing when
   * there is no such run. `decide` is pure and may be called again.
   */
  change(runId: string, decide: (run: Run) => Transition): Promise<Run | undefined>;
  /**
   * As `change`, for a command, and notes with it what became of the command: nobody can die between the two. One that
   * was settled before changes nothing, and its outcome is returned.
   */
  carryOut(
    command: Pick<Command, 'id' | 'runId'>,
    decide: (run: Run) => DecidedCommand,
  ): Promise<CommandOutcome>;
  get(runId: string): Promise<Run | undefined>;
  runIdOfJob(jobId: string): Promise<string | undefined>;
  leaseOf(leaseId: string): Promise<LeaseRecord | undefined>;
  /** The artifact as the last attempt of that job stored it, unless it was removed since. */
  artifactOf(runId: string, jobName: string, name: string): Promise<StoredArtifact | undefined>;
  /** Jobs that wait for an approval which was to be given by now, those that are late the longest first. */
  unapproved(nowMs: number, limit: number): Promise<{ runId: string; jobId: string }[]>;
  /** Attempts that may be given out and wait for a runner, the oldest first: each must have its ticket in the queue. */
  queuedTickets(limit: number): Promise<Ticket[]>;
};

/** What became of a delivery: runs, or one recorded "no" with the reason a person understands. */
export type DeliveryVerdict =
  /** `reason`: what of the delivery got no run. */
  | { outcome: 'runs'; reason?: string; settledAtMs: number }
  | { outcome: 'ignored'; reason: string; settledAtMs: number };

export type LeaseRecord = {
  runId: string;
  jobId: string;
  attempt: number;
  leaseId: string;
  runner: { id: string; address: string };
};

export type StoredArtifact = { name: string; key: string; sizeBytes: number; sha256: string };

/** PORT. Heartbeats touch one row and never wait for the run that they belong to. */
export type LeaseStore = {
  /**
   * Moves the end of the lease to `untilMs` if `beat` is newer than any seen (a repeated or old one moves
   * nothing) and says what the runner is to do. `fenced`: the lease is not in force any more.
   */
  renew(leaseId: string, beat: number, untilMs: number): Promise<'continue' | 'cancel' | 'fenced'>;
  /** Every lease of an attempt that is not over, with the newest beat that was seen. */
  standing(): Promise<StandingLease[]>;
  /**
   * Takes away those of these leases whose newest beat is still this one, and returns them: from here on none of them
   * can be renewed. One that was taken away before is returned again, for whoever took it away may have died.
   */
  takeAway(leases: readonly Pick<StandingLease, 'leaseId' | 'beat'>[]): Promise<LeaseRecord[]>;
};

export type StandingLease = { leaseId: string; beat: number; isTakenAway: boolean };
