import type { NotificationDefinition } from './notification.ts';
import type { s3Acls, s3StorageClasses } from './s3-shape.ts';
import type { Expression } from './travis/expression.ts';

/**
 * A pipeline file, checked and normalized: what every later stage works on, whichever language it was
 * written in. Durations are milliseconds, defaults are filled in, and what a person may be sent back to
 * keeps the 1-based `line` it came from. Everything is plain JSON.
 */
export type Pipeline = {
  on: Triggers;
  env: Record<string, string>;
  /** In the order of the file. At least one. */
  jobs: JobDefinition[];
  deploys: DeployDefinition[];
  concurrency: Concurrency;
  /** Absent when nobody is told how runs end. */
  notifications?: NotificationDefinition[];
  /** Runs of a pull request are told by a comment below it. Only there when true. */
  commented?: true;
  /** How long a run may take as a whole. Absent: as the installation is set. */
  timeoutMs?: number;
};

export type Concurrency = {
  /** Absent: as is usual for the event, see `supersede.ts`. */
  supersede?: boolean;
};

/** Which events make a run. `null`: that event makes none. */
export type Triggers = {
  /** What has to hold besides, of files in the language of Travis. */
  only?: Expression;
  /** Where `on` stands; absent when the file has no `on` and the defaults hold. */
  line?: number;
  push: PushTrigger | null;
  pullRequest: PullRequestTrigger | null;
  /** Absent: no group of a merge queue makes a run. */
  mergeGroup?: MergeGroupTrigger;
  /** Absent: nothing of the kind makes a run. */
  release?: TypedTrigger;
  dispatch?: TypedTrigger;
  /** Times at which a branch is built; none when empty. */
  schedules: ScheduleTrigger[];
};

export type ScheduleTrigger = {
  line: number;
  /** Five fields, without faults (see `cron-fault.ts`), one space between them. */
  cron: string;
  timezone: string;
  /** Absent: the default branch. */
  branch?: string;
  /** What becomes of times at which nobody was there: `once` is one run for all of them. */
  missed: 'skip' | 'once';
};

export type PushTrigger = { line?: number; branches: PatternList | null; tags: PatternList | null };

export type PullRequestTrigger = {
  line?: number;
  branches: PatternList;
  /** Only there when drafts make no run. */
  drafts?: { line: number };
  /** One of these it must have. */
  labels?: PatternList;
};

/** By what became of a release, or by what the sender calls it. */
export type TypedTrigger = { line?: number; types: PatternList };

export type MergeGroupTrigger = { line?: number; branches: PatternList };

/** Globs as written (see `glob.ts`), never empty; `line` is absent when the list is a default. */
export type PatternList = { patterns: string[]; line?: number };

export type JobDefinition = {
  /** Of a job with a matrix, one per combination: `test (node=20)`. */
  name: string;
  line: number;
  image: string;
  env: Record<string, string>;
  /** Names of repository secrets the job is given as environment variables. */
  secrets: string[];
  /** Jobs by their names in the file. */
  needs: string[];
  /** Of which combination of which matrix the job was made; absent when it has none. */
  matrix?: JobMatrix;
  /** A failure does not count: the run goes on as if the job had succeeded. */
  allowFailure: boolean;
  /** Labels that its runner must have, sorted and each once; absent when any runner will do. */
  runsOn?: string[];
  /** Template of the name of the group of which one at a time is carried out: see `group-name.ts`. */
  group?: string;
  /** In the group, jobs of older runs give way. Only there when true. */
  newestWins?: true;
  approval?: ApprovalDefinition;
  /** Absent: on every change, after all that it needs has succeeded. */
  when?: JobCondition;
  timeoutMs: number;
  /** How long a step may print nothing. Absent: as the installation is set. */
  noOutputTimeoutMs?: number;
  /** What it asks for of what the installation allows. */
  resources?: JobResources;
  /** Absent: one of its own, with a way out. */
  network?: 'none';
  /** Absent: the commit and nothing else; `false`: nothing at all. */
  checkout?: CheckoutDefinition | false;
  /** Absent when there are none. */
  services?: ServiceDefinition[];
  /** Absent when there are none. */
  caches?: CacheDefinition[];
  steps: StepDefinition[];
  artifacts: ArtifactDefinition[];
  /** Absent when none are read. */
  reports?: ReportsDefinition;
};

/** Each absent: as much as the installation allows. */
export type JobResources = { memoryBytes?: number; cpus?: number; pids?: number; diskBytes?: number };

/** What of the repository the workspace holds beside its one commit. Each only there when it is out of the ordinary. */
export type CheckoutDefinition = {
  submodules?: true | 'recursive';
  lfs?: true;
  /** Commits of history; `all`: every one, and all tags. */
  depth?: number | 'all';
  /** Of a pull request, its merge into the base branch. */
  ref?: 'merge';
};

/** A container beside the job's, which reaches it by its name. */
export type ServiceDefinition = {
  name: string;
  image: string;
  env: Record<string, string>;
  /** For its `/bin/sh`, in place of the image's own. */
  command?: string;
  /** It is ready when something listens there, unless `ready` says otherwise. */
  port?: number;
  /** It is ready when this command, run in it, succeeds. */
  ready?: string;
  /** How long it may take to be ready. */
  timeoutMs: number;
};

/** Files that later jobs find again: see `cache-key.ts` for the words that its key may hold. */
export type CacheDefinition = {
  key: string;
  /** Beginnings of keys: which others will do when the key itself is not there. */
  fallback: string[];
  /** Sorted. Relative to the checkout, or `~/…` in the home directory of the container. */
  paths: string[];
  /** Saved in place of what is there whenever its files have changed. Absent: only when nothing is there. */
  save?: 'changed';
};

export type JobCondition = {
  line: number;
  /** What must have become of the jobs that it needs. */
  status: 'success' | 'failure' | 'always';
  /** Names of events, not globs. */
  events?: Required<PatternList>;
  branches?: Required<PatternList>;
  tags?: Required<PatternList>;
  /** What has to hold besides, of files in the language of Travis. */
  only?: Expression;
};

/** Somebody has to say yes before the job is given to a runner. */
export type ApprovalDefinition = {
  /** Who may; empty: whoever may ask something of a run. */
  by: string[];
  message?: string;
  expiresMs: number;
};

export type JobMatrix = {
  /** The name of the job in the file, under which other jobs need all that were made of it. */
  job: string;
  values: Readonly<Record<string, string>>;
  /** The first that fails cancels the others. */
  failFast: boolean;
};

export type StepDefinition = {
  /** As written, or the first line of the script. */
  name: string;
  line: number;
  /** The script, handed whole to the shell. */
  run: string;
  shell: 'sh' | 'bash';
  env: Record<string, string>;
  /** Relative to the checkout, without `.` or `..` segments; `.` is the checkout itself. */
  workingDirectory: string;
  /** Of each try. Never longer than the job's. */
  timeoutMs: number;
  /** Tried again when it fails, in the same container, until it was tried `attempts` times. Absent: tried once. */
  retry?: StepRetry;
  when: 'success' | 'failure' | 'always';
  continueOnError: boolean;
};

export type StepRetry = { attempts: number; waitMs: number };

/** An archive to be made of the workspace after the last step, stored as `<name>.<format>`. */
export type ArtifactDefinition = {
  name: string;
  /** Globs, files or directories (meaning everything below), relative to the checkout. */
  paths: string[];
  exclude: string[];
  /** Leading directory to be left out of the names in it; empty for none. */
  stripPrefix: string;
  /** It is left out when there is nothing of it. Only there when true. */
  optional?: true;
  /** Absent: zip. */
  format?: 'tar.gz' | 'tar.zst';
};

/** Paths as those of an artifact, where files lie that say what tests came to. At least one of the two has some. */
export type ReportsDefinition = { junit: string[]; coverage: string[] };

export type DeployDefinition = {
  environment: string;
  line: number;
  /** The artifact, and the one job that makes it. */
  artifact: { job: string; name: string };
  /** Which pushes deploy; pull requests and forks never do. */
  branches: PatternList | null;
  tags: PatternList | null;
  /** What decides in place of branches and tags, of files in the language of Travis. */
  only?: Expression;
  /** Scheduled runs of these branches deploy, too. */
  schedules: boolean;
  secrets: string[];
  /** As a job's, and so is the approval. */
  group?: string;
  newestWins?: true;
  approval?: ApprovalDefinition;
  timeoutMs: number;
  target: DeployTarget;
  /**
   * What stands as `${NAME}` in the texts of the target: names of secrets, or `fillWords`. Only of translated files, and
   * only there when there is any.
   */
  fill?: string[];
  /** It is skipped when the job has made no such artifact. Only there when true. */
  ifMade?: true;
};

export type DeployTarget = LocalTarget | CodeDeployTarget | S3Target;

/** The bundle's `appspec.yml`, carried out on the deployer's own host. */
export type LocalTarget = { type: 'local' };

export type CodeDeployTarget = {
  type: 'codedeploy';
  application: string;
  group: string;
  /** Where the bundle is put for CodeDeploy to fetch. */
  bucket: string;
  /** Template of the object's key: see `bundle-key.ts`. */
  key: string;
  region: string;
  /** Absent: the deployment group's own. */
  config?: string;
  description?: string;
  fileExistsBehavior: 'DISALLOW' | 'OVERWRITE' | 'RETAIN';
  ignoreApplicationStopFailures: boolean;
  /** Absent: as the deployment group is set. */
  autoRollback?: boolean;
  /**
   * How many instances must have succeeded for the deployment to count as a success, whatever CodeDeploy
   * says: `CodeDeployDefault.AllAtOnce` succeeds when one instance of nine did. Absent: CodeDeploy's word.
   */
  minimumHealthy?: number;
  credentials?: TargetCredentials;
};

/** Names of the secrets that are the credentials, where they do not have the names that AWS gives them. */
export type TargetCredentials = { accessKeyId: string; secretAccessKey: string };

/** The files of the artifact, put into a bucket. Nothing that is there already is deleted. */
export type S3Target = {
  type: 's3';
  bucket: string;
  region: string;
  /** Of the artifact; empty for all of it. */
  directory: string;
  /** Template of what keys begin with: see `bundle-key.ts`. Empty for the top of the bucket. */
  prefix: string;
  acl?: (typeof s3Acls)[number];
  cacheControl?: string;
  storageClass?: (typeof s3StorageClasses)[number];
  encryption?: 'AES256';
  detectEncoding: boolean;
  /** Files and directories whose names begin with a dot are uploaded, too. */
  dotMatch: boolean;
  credentials?: TargetCredentials;
};
