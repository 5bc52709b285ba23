import { renderCacheKey } from './cache-key.ts';
import { matchesGlobs } from './glob.ts';
import { renderGroup } from './group-name.ts';
import { type LeftOut, unmetCondition } from './match-condition.ts';
import type { TriggerChange } from './match-trigger.ts';
import type { NotificationPlan } from './notification.ts';
import type {
  ApprovalDefinition,
  ArtifactDefinition,
  CacheDefinition,
  CheckoutDefinition,
  DeployDefinition,
  DeployTarget,
  JobDefinition,
  JobMatrix,
  JobResources,
  PatternList,
  Pipeline,
  ReportsDefinition,
  ServiceDefinition,
  StepDefinition,
} from './pipeline.ts';
import { planNotifications } from './plan-notifications.ts';
import { factsOf } from './travis/change-facts.ts';
import { holds } from './travis/expression.ts';

export type PlannedChange = TriggerChange & { fork: boolean };

/** What one run is to do: plain JSON, stored with the run and handed to runners job by job. */
export type Plan = {
  jobs: JobPlan[];
  /** How long the run may take as a whole. Absent: as the installation is set. */
  timeoutMs?: number;
  /** Absent when nobody is told how it ends. */
  notifications?: NotificationPlan[];
  /** As the pipeline's. */
  commented?: true;
};

export type JobPlan = BuildPlan | DeployPlan;

export type StepPlan = StepDefinition;

export type ArtifactPlan = ArtifactDefinition;

export type BuildPlan = {
  kind: 'build';
  name: string;
  /** Names of jobs of this plan, or of jobs with a matrix that some were made of, that must have succeeded. */
  needs: string[];
  matrix?: JobMatrix;
  /** A failure does not count. Only there when true. */
  allowFailure?: true;
  /** Of the jobs of the repository in one group, one is carried out at a time. */
  group?: string;
  /** There, jobs of older runs give way to it. */
  newestWins?: true;
  approval?: ApprovalDefinition;
  /** After a failure among its needs, or after their end; absent: after their success. */
  when?: 'failure' | 'always';
  /** It has no place in the runs of this change: it is skipped, and the jobs that need it go on without it. */
  leftOut?: LeftOut;
  /** Labels that its runner must have, sorted. Only there when there are some. */
  runsOn?: string[];
  image: string;
  /** The pipeline's variables and over them the job's; a step's own come on top, in the step. */
  env: Record<string, string>;
  /** A secret wins over a variable of its name. */
  secrets: string[];
  timeoutMs: number;
  /** How long a step may print nothing. Absent: as the installation is set. */
  noOutputTimeoutMs?: number;
  /** What it asks for of what the installation allows. */
  resources?: JobResources;
  network?: 'none';
  /** Only there when it is out of the ordinary. */
  checkout?: CheckoutDefinition | false;
  /** Only there when there are some. */
  services?: ServiceDefinition[];
  /** Only there when there are some; of their keys, what depends on files and machines is still to be filled in. */
  caches?: CacheDefinition[];
  steps: StepPlan[];
  artifacts: ArtifactPlan[];
  /** Only there when there are some. */
  reports?: ReportsDefinition;
};

export type DeployPlan = {
  kind: 'deploy';
  /** `deploy production`. The space keeps it apart from every build job. */
  name: string;
  needs: string[];
  environment: string;
  artifact: { job: string; name: string };
  group?: string;
  newestWins?: true;
  approval?: ApprovalDefinition;
  /** As a build's. */
  leftOut?: LeftOut;
  secrets: string[];
  timeoutMs: number;
  target: DeployTarget;
  /** As a definition's. */
  fill?: string[];
  ifMade?: true;
};

/**
 * The jobs of a run: builds in the order of the file, then the deployments this change is meant for.
 * Whether there is a run at all is `matchTrigger`'s to say. A pull request deploys nothing, and a fork
 * neither deploys nor is given a secret, whatever the file says: the file is the fork's own.
 */
export function planRun(pipeline: Pipeline, change: PlannedChange): Plan {
  const builds = pipeline.jobs.map((job) => planBuild(job, pipeline.env, change));
  const deploys = pipeline.deploys
    .filter((deploy) => !change.fork && deploysOn(deploy, change))
    .map((deploy) => planDeploy(deploy, builds, change));
  const { timeoutMs } = pipeline;
  return {
    jobs: [...builds, ...deploys],
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...planNotifications(pipeline, change),
    ...(pipeline.commented ? { commented: true } : {}),
  };
}

function planBuild(job: JobDefinition, env: Record<string, string>, change: PlannedChange): BuildPlan {
  return {
    kind: 'build',
    name: job.name,
    needs: job.needs,
    ...(job.matrix ? { matrix: job.matrix } : {}),
    ...(job.allowFailure ? { allowFailure: true as const } : {}),
    // A stranger's file could hold up the deployments by naming their group.
    ...(change.fork ? {} : groupOf(job, change)),
    ...approvalOf(job.approval, change),
    ...conditionOf(job, change),
    ...(job.runsOn ? { runsOn: job.runsOn } : {}),
    image: job.image,
    env: { ...env, ...job.env },
    secrets: change.fork ? [] : job.secrets,
    timeoutMs: job.timeoutMs,
    ...(job.noOutputTimeoutMs === undefined ? {} : { noOutputTimeoutMs: job.noOutputTimeoutMs }),
    ...(job.resources ? { resources: job.resources } : {}),
    ...(job.network ? { network: job.network } : {}),
    ...(job.checkout === undefined ? {} : { checkout: job.checkout }),
    ...(job.services ? { services: job.services } : {}),
    ...cachesOf(job, change),
    steps: job.steps,
    artifacts: job.artifacts,
    ...(job.reports ? { reports: job.reports } : {}),
  };
}

function cachesOf({ name, matrix, caches }: JobDefinition, change: PlannedChange): Pick<BuildPlan, 'caches'> {
  if (!caches) return {};
  const values = { job: matrix?.job ?? name, branch: renderGroup('{branch}', change) };
  const render = (template: string) => renderCacheKey(template, values);
  return {
    caches: caches.map((cache) => ({
      ...cache,
      key: render(cache.key),
      fallback: cache.fallback.map(render),
    })),
  };
}

function deploysOn(deploy: DeployDefinition, change: TriggerChange): boolean {
  if (deploy.only) return change.event !== 'pull_request' && holds(deploy.only, factsOf(change));
  switch (change.event) {
    case 'push':
      return covers(deploy.branches, change.branch);
    case 'schedule':
      return deploy.schedules && covers(deploy.branches, change.branch);
    case 'tag':
    case 'release':
      return covers(deploy.tags, change.tag);
    case 'pull_request':
    case 'merge_group':
    case 'dispatch':
      return false;
  }
}

function covers(list: PatternList | null, name: string | undefined): boolean {
  return list !== null && name !== undefined && name !== '' && matchesGlobs(list.patterns, name);
}

function groupOf(
  { group, newestWins }: Pick<JobDefinition, 'group' | 'newestWins'>,
  change: PlannedChange,
): Pick<JobDefinition, 'group' | 'newestWins'> {
  if (group === undefined) return {};
  return { group: renderGroup(group, change), ...(newestWins ? { newestWins } : {}) };
}

function conditionOf(
  { name, matrix, when }: JobDefinition,
  change: PlannedChange,
): Pick<BuildPlan, 'when' | 'leftOut'> {
  if (!when) return {};
  const leftOut = unmetCondition(when, change, `jobs.${matrix?.job ?? name}.when`);
  return {
    ...(when.status === 'success' ? {} : { when: when.status }),
    ...(leftOut ? { leftOut } : {}),
  };
}

/** Without the job that makes its artifact there is nothing to deploy. */
function leftOutWith(
  [maker]: readonly BuildPlan[],
  { artifact }: DeployDefinition,
): Pick<DeployPlan, 'leftOut'> {
  if (!maker?.leftOut) return {};
  const { why, line } = maker.leftOut;
  return {
    leftOut: {
      why: `job "${maker.name}", which makes artifact "${artifact.name}", is left out: ${why}`,
      line,
    },
  };
}

/** Who may approve is not a stranger's file to say. */
function approvalOf(
  approval: ApprovalDefinition | undefined,
  { fork }: PlannedChange,
): { approval?: ApprovalDefinition } {
  if (approval === undefined) return {};
  return { approval: fork ? { by: [], expiresMs: approval.expiresMs } : approval };
}

/** Only after everything is green: the maker of the artifact first, then every other build. */
function planDeploy(
  deploy: DeployDefinition,
  builds: readonly BuildPlan[],
  change: PlannedChange,
): DeployPlan {
  const maker = builds.filter(({ name }) => name === deploy.artifact.job);
  // What is only there for failures is no part of what has to be green.
  const awaited = builds.filter(({ when }) => when !== 'failure');
  return {
    kind: 'deploy',
    name: `deploy ${deploy.environment}`,
    needs: [...new Set([...maker, ...awaited].map(neededAs))],
    environment: deploy.environment,
    artifact: deploy.artifact,
    ...groupOf(deploy, change),
    ...approvalOf(deploy.approval, change),
    ...leftOutWith(maker, deploy),
    secrets: deploy.secrets,
    timeoutMs: deploy.timeoutMs,
    target: deploy.target,
    ...(deploy.fill ? { fill: deploy.fill } : {}),
    ...(deploy.ifMade ? { ifMade: true } : {}),
  };
}

/** The name under which other jobs need this one: a job with a matrix is needed as a whole. */
export function neededAs(job: JobPlan): string {
  return (job.kind === 'build' ? job.matrix?.job : undefined) ?? job.name;
}
