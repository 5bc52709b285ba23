import type { Generated } from 'kysely';
import type { ArtifactRow, RemovalRow } from './artifact-tables.ts';
import type { JobReportsRow } from './reports-table.ts';
import type { HeadLookRow, HeadRow, ScheduleRow } from './watched-tables.ts';

/**
 * The tables as they are stored. Times are milliseconds since 1970; JSON is text, so that every database holds
 * the same; absent is null. Which values stand in a text column is said by the domain's types.
 */
export type Tables = {
  deliveries: DeliveryRow;
  refusals: RefusalRow;
  repositories: RepositoryRow;
  runs: RunRow;
  jobs: JobRow;
  attempts: AttemptRow;
  steps: StepRow;
  log_segments: SegmentRow;
  artifacts: ArtifactRow;
  removals: RemovalRow;
  job_reports: JobReportsRow;
  deployments: DeploymentRow;
  outbox: OutboxRow;
  check_runs: CheckRunRow;
  comments: CommentRow;
  secrets: SecretRow;
  commands: CommandRow;
  groups: GroupRow;
  group_places: GroupPlaceRow;
  recoveries: RecoveryRow;
  schedules: ScheduleRow;
  heads: HeadRow;
  head_looks: HeadLookRow;
  runners: RunnerRow;
  runner_orders: RunnerOrderRow;
};

export type DeliveryRow = {
  id: string;
  source: string;
  delivery_id: string;
  event: string;
  repository: string | null;
  /** Deliveries of one lane are planned one after another: the repository, or empty. */
  lane: string;
  body_sha256: string;
  content_type: string;
  headers: string;
  body: Uint8Array;
  correlation_id: string;
  received_at: number;
  /** `pending` until planned, then `runs` or `ignored`. */
  outcome: string;
  reason: string | null;
  settled_at: number | null;
  tries: number;
  /** Handed out to a planner, or put off after a problem, until then. */
  held_until: number;
  problem: string | null;
  /** 1 when it was found in the provider's log instead of arriving by itself. */
  recovered: number;
  /** The delivery that a person had played again as this one. */
  replay_of: string | null;
  asked_by: string | null;
};

/** When the provider's log of a repository was last looked through, and up to where nothing in it is missing. */
export type RecoveryRow = { repository: string; claimed_at: number; through: number | null };

export type RefusalRow = { source: string; reason: string; count: number; last_at: number };
export type RepositoryRow = { name: string; last_number: number };

export type RunRow = {
  id: string;
  number: number;
  repository: string;
  event: string;
  ref: string;
  branch: string | null;
  sha: string;
  title: string;
  author: string;
  pull_request: number | null;
  change: string;
  pipeline_file: string;
  pipeline_digest: string;
  delivery_id: string;
  correlation_id: string;
  status: string;
  reason: string | null;
  approval: string | null;
  superseded_by: string | null;
  /** `checks`, or absent: by commit statuses, if at all. */
  reports: string | null;
  problems: string | null;
  /** 1 when its pull request is told of it by a comment. */
  commented: number | null;
  /** Of the pipeline file, and who is told of the end; as JSON. */
  warnings: string | null;
  notifications: string | null;
  /** How long it may take, how much of that is left, and while the clock runs when it will be over. */
  timeout: number | null;
  time_left: number | null;
  deadline: number | null;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
};

export type JobRow = {
  id: string;
  run_id: string;
  position: number;
  name: string;
  kind: string;
  plan: string;
  status: string;
  reason: string | null;
  /** The newest attempt; 0 before the first. */
  attempt: number;
  /** How often it has come to wait for its group. */
  turn: number;
  /** The approval that this try at the job needs, and those of earlier tries. */
  gate: string | null;
  past_gates: string | null;
  /** Only while it waits for an approval. */
  approval_until: number | null;
  /** What its first attempt ran in. */
  image: string | null;
  started_at: number | null;
  finished_at: number | null;
  /** Those that its runner must have, as JSON; null for none. */
  labels: string | null;
};

export type AttemptRow = {
  job_id: string;
  run_id: string;
  number: number;
  status: string;
  lease_id: string | null;
  claim_id: string | null;
  runner_id: string | null;
  runner_address: string | null;
  runner_name: string | null;
  granted_until: number | null;
  lease_expires_at: number | null;
  lease_beat: number;
  losses: number;
  faults: number;
  not_before: number | null;
  cancel_requested: number;
  last_seq: number;
  image: string | null;
  isolation: string | null;
  built: string | null;
  usage: string | null;
  reason: string | null;
  log_lines: number | null;
  log_bytes: number | null;
  log_cut: number | null;
  queued_at: number;
  started_at: number | null;
  finished_at: number | null;
};

export type StepRow = {
  job_id: string;
  attempt: number;
  position: number;
  name: string;
  status: string;
  exit_code: number | null;
  allowed: number | null;
  tries: number | null;
  message: string | null;
  started_at: number | null;
  finished_at: number | null;
};

export type SegmentRow = {
  job_id: string;
  attempt: number;
  position: number;
  key: string;
  size_bytes: number;
  first_line: number;
  line_count: number;
};

export type DeploymentRow = {
  job_id: string;
  run_id: string;
  job_name: string;
  environment: string;
  status: string;
  external_id: string | null;
  detail: string | null;
  updated_at: number;
};

export type OutboxRow = {
  id: Generated<number>;
  key: string;
  type: string;
  run_id: string;
  correlation_id: string;
  effect: string;
  /** `pending`, then `sent`, `superseded` or `failed`. */
  state: string;
  tries: number;
  held_until: number;
  problem: string | null;
  created_at: number;
  done_at: number | null;
};

export type CheckRunRow = {
  external_id: string;
  /** Null while it is being made. */
  check_id: number | null;
};

/** Comments of ours: under what key, the mark in their text, and their number, which is null while one is being made. */
export type CommentRow = { key: string; mark: string; comment_id: number | null };

export type CommandRow = {
  id: string;
  run_id: string;
  action: string;
  by: string;
  created_at: number;
  /** `pending`, then `done` or `refused`. */
  state: string;
  message: string | null;
  held_until: number;
  settled_at: number | null;
};

/**
 * `changes` counts how often somebody joined or left: to change it is to lock the group. `newest` is the highest number of
 * a run that ever joined.
 */
export type GroupRow = { repository: string; name: string; changes: number; newest: number };

/** A job that waits for its group, or that holds it (`held` is 1). The lowest id came first. */
export type GroupPlaceRow = {
  id: Generated<number>;
  repository: string;
  name: string;
  job_id: string;
  run_id: string;
  turn: number;
  held: number;
};

export type SecretRow = {
  repository: string;
  name: string;
  sealed: string;
  updated_at: number;
};

/** A runner as it last said itself. */
export type RunnerRow = {
  id: string;
  kind: string;
  name: string;
  address: string;
  version: string;
  labels: string;
  slots: number;
  busy: number;
  engine: string | null;
  state: string;
  started_at: number;
  beat: number;
  seen_at: number;
};

/** `drain` or `pause`, for one runner or, under the id `*`, for all. */
export type RunnerOrderRow = { runner_id: string; ordered: string; by: string; at: number };
