/** How long artifacts and logs are kept, from the end of their run. What is absent sets no limit. */
export type RetentionPolicy = {
  readonly artifactMs?: number;
  /** The newest runs of a branch, tag or pull request that keep their artifacts, among those that have any. */
  readonly artifactRuns?: number;
  readonly logMs?: number;
};

/** What the policy lets go of. */
export type Expired = {
  readonly kind: 'artifact' | 'log';
  /** The artifact's, or `<job>/<attempt>` of a log. */
  readonly id: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly repository: string;
  readonly ref: string;
  readonly jobId: string;
  readonly jobName: string;
  readonly attempt: number;
  /** The artifact's file; absent for logs. */
  readonly fileName?: string;
  readonly sizeBytes: number;
  readonly finishedAtMs: number;
  /** For people. */
  readonly because: string;
};

/** Files of what was removed that are still to be removed from the blob store. */
export type Purge = {
  readonly id: string;
  readonly runId: string;
  /** A key, or the prefix of many. */
  readonly target: string;
  readonly isPrefix: boolean;
  /** How often they were removed before. */
  readonly purges: number;
};

/** What people are told of retention, and may ask of it. */
export type Retention = {
  readonly policy: RetentionPolicy;
  expired(limit: number): Promise<Expired[]>;
  /** Resolves with what went. */
  prune(signal: AbortSignal): Promise<Expired[]>;
};

/**
 * PORT. What may go by a policy, and what is gone by it.
 *
 * Nothing is ever let go of while its run goes on; nor what a deployment has used, nor what the newest green run of a branch or
 * tag that has artifacts made, nor the logs of the newest green run. What is removed is said to be so first and its files go afterwards, so that
 * a crash between leaves neither a link that leads nowhere nor a file that nobody remembers.
 */
export type RetentionStore = {
  /** The oldest first. */
  expired(policy: RetentionPolicy, nowMs: number, limit: number): Promise<Expired[]>;
  /** From then on readers are told that it is gone. False when somebody else did it, or its run goes on again. */
  remove(expired: Expired, nowMs: number): Promise<boolean>;
  /** Hands each out to one caller, who has it until `holdMs` have passed. */
  takePurges(options: { nowMs: number; holdMs: number; limit: number }): Promise<Purge[]>;
  /** Its files are gone; with `againAtMs`, they are to be looked for once more then. */
  purged(id: string, againAtMs?: number): Promise<void>;
};
