import type { FaultKind } from '../contract/fault.ts';
import type { Reason, Usage } from '../contract/job-event.ts';
import type { JobReports } from '../contract/job-reports.ts';
import { Refusal } from '../errors.ts';
import type { Change, ScheduledTime } from './change.ts';
import type { Approval, BuiltMerge, Gate, Run, RunLimit, Status, Step, UsedImage } from './run.ts';

/** PORT. What the API and the pages read. Lists are newest first and paged by keyset, never by offset. */
export type History = {
  listRuns(filter: RunFilter & { pullRequest?: number }, page: Page): Promise<Listed<RunSummary>>;
  run(id: string): Promise<RunDetail | undefined>;
  listDeliveries(filter: DeliveryFilter, page: Page): Promise<Listed<DeliverySummary>>;
  /** `replays`: the ids of the deliveries that it was played again as. */
  delivery(id: string): Promise<(DeliverySummary & { runs: RunSummary[]; replays: string[] }) | undefined>;
  /** Deliveries that were refused, counted by reason since the store was made. */
  refusals(): Promise<RefusalCount[]>;
  job(jobId: string): Promise<JobLocation | undefined>;
  segments(jobId: string, attempt: number): Promise<Segment[]>;
  artifact(id: string): Promise<ArtifactDetail | undefined>;
  /** Those whose files are there. */
  listArtifacts(filter: ArtifactFilter, page: Page): Promise<Listed<ArtifactDetail>>;
};

export class HistoryRefusal extends Refusal<'bad-cursor'> {}

/** `before` is the `next` of an earlier page; a text that never came from one is refused as `bad-cursor`. */
export type Page = { limit: number; before?: string };
export type Listed<T> = { items: T[]; next?: string };

export type RunFilter = {
  repository?: string;
  branch?: string;
  status?: Status;
  event?: Change['event'];
  sha?: string;
};
/** `status`: of the run. */
export type ArtifactFilter = { repository?: string; branch?: string; status?: Status; name?: string };
export type DeliveryFilter = { repository?: string; outcome?: DeliverySummary['outcome'] };

export type RunSummary = {
  id: string;
  number: number;
  repository: string;
  event: Change['event'];
  ref: string;
  branch?: string;
  sha: string;
  title: string;
  author: string;
  pullRequest?: number;
  status: Status;
  reason?: Reason;
  createdAtMs: number;
  startedAtMs?: number;
  finishedAtMs?: number;
};

export type RunDetail = RunSummary & {
  limit?: RunLimit;
  approval?: Approval;
  supersededBy?: { id: string; number: number };
  /** Of the event `schedule`. */
  schedule?: ScheduledTime;
  deliveryId: string;
  /** Its delivery never arrived by itself. */
  recovered?: true;
  correlationId: string;
  problems?: NonNullable<Run['problems']>;
  /** What of its pipeline file is not carried out, or likely not meant so. */
  warnings?: NonNullable<Run['warnings']>;
  pipeline: Run['pipeline'];
  jobs: JobDetail[];
  artifacts: ArtifactDetail[];
  deployments: DeploymentDetail[];
  statuses: StatusDetail[];
  /** Absent when nobody was to be told of its end. */
  notifications?: NotificationDetail[];
};

export type JobDetail = {
  id: string;
  name: string;
  kind: 'build' | 'deploy';
  /** The job with a matrix that this one was made of, and its values. */
  matrix?: { job: string; values: Readonly<Record<string, string>> };
  needs: readonly string[];
  /** Labels that its runner must have. */
  runsOn?: readonly string[];
  status: Status;
  /** True for a failure that does not count. */
  allowed?: true;
  reason?: Reason;
  /** What the pipeline says of the approval that it needs. */
  approval?: { by: readonly string[]; message?: string };
  /** Every time that one was asked for, the newest last. */
  gates?: readonly Gate[];
  startedAtMs?: number;
  finishedAtMs?: number;
  attempts: AttemptDetail[];
};

export type AttemptDetail = {
  number: number;
  status: 'queued' | 'leased' | 'ended' | 'lost';
  runner?: string;
  /** `moved`: another than what the job's first attempt ran in. */
  image?: UsedImage & { moved?: true };
  /** It ran as processes of the runner's host, without a container. */
  isolation?: 'none';
  /** Where the merge of a pull request was asked for. */
  built?: BuiltMerge;
  reason?: Reason;
  /** Whose doing it was that it ended so, as far as its reason says. */
  fault?: FaultKind;
  /** Hookline gave the job out again because of it, and nobody asked. */
  triedAgain?: true;
  queuedAtMs: number;
  /** It is not given out before then. */
  notBeforeMs?: number;
  startedAtMs?: number;
  finishedAtMs?: number;
  usage?: Usage;
  log?: { lines: number; bytes: number; cut: boolean };
  /** Its log is gone by policy. */
  logRemoved?: Removed;
  steps: Step[];
  /** What its tests came to. Absent when none of its reports were read. */
  reports?: JobReports;
};

export type ArtifactDetail = {
  id: string;
  runId: string;
  jobName: string;
  name: string;
  key: string;
  sizeBytes: number;
  sha256: string;
  fileCount: number;
  createdAtMs: number;
  /** What its file's name ends in; absent: zip. */
  format?: string;
  /** It says of itself, signed, what it was built from: at once for what was built just now. */
  proved?: true;
  removed?: Removed;
};

/** Its file is gone by the policy of this installation. */
export type Removed = { atMs: number; because: string };

export type DeploymentDetail = {
  jobName: string;
  environment: string;
  status: string;
  externalId?: string;
  detail?: unknown;
  updatedAtMs: number;
};

/** A commit status, or a check run by its name and title, as the outbox has it: what was to be posted and what became of it. */
export type StatusDetail = {
  context: string;
  state: string;
  description: string;
  delivery: 'pending' | 'sent' | 'superseded' | 'failed';
  tries: number;
  problem?: string;
  createdAtMs: number;
  doneAtMs?: number;
};

/** Who was told of the end of a run, as the outbox has it. `to` holds no secret. */
export type NotificationDetail = Omit<StatusDetail, 'context' | 'state' | 'description'> & {
  channel: 'email' | 'slack' | 'webhook';
  to: string;
};

export type DeliverySummary = {
  id: string;
  /** `hookline`: the service itself, for what no provider sends. */
  source: 'github' | 'codecommit' | 'git' | 'hookline';
  deliveryId: string;
  event: string;
  repository?: string;
  receivedAtMs: number;
  correlationId: string;
  outcome: 'pending' | 'runs' | 'ignored';
  reason?: string;
  problem?: string;
  /** It never arrived by itself: it was found in the provider's log. */
  recovered?: true;
  /** The delivery that `askedBy` had played again as this one. */
  replayOf?: string;
  askedBy?: string;
  runIds: string[];
};

export type RefusalCount = { source: string; reason: string; count: number; lastAtMs: number };
export type JobLocation = { runId: string; jobId: string; jobName: string; status: Status; attempt: number };
export type Segment = { index: number; key: string; sizeBytes: number; firstLine: number; lineCount: number };
