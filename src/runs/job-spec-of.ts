import type { BuildPlan, DeployPlan } from '../../pipelines/plan.ts';
import type { BuildSpec, DeploySpec, JobSpec } from '../contract/job-spec.ts';
import { cacheScopes } from './cache-scopes.ts';
import { checkoutSpecOf } from './checkout-spec-of.ts';
import type { CloneCredential, CodeSource } from './forge.ts';
import type { JobPolicy } from './job-policy.ts';
import type { Job, Run } from './run.ts';
import type { StoredArtifact } from './run-store.ts';

export type JobLimits = JobPolicy & {
  logLimitBytes: number;
  /** Of jobs whose pipeline says nothing of it. Absent: they have no such limit. */
  noOutputTimeoutMs?: number;
};

/** What a runner is given for one attempt, from the run's plan and what was opened for it just now. Pure. */
export function buildSpecOf(
  run: Run,
  job: Job & { plan: BuildPlan },
  opened: { source: CodeSource; credential?: CloneCredential; secrets: Record<string, string> },
  limits: JobLimits,
): BuildSpec {
  const { logLimitBytes, noOutputTimeoutMs, memoryBytes, cpus, pids, diskBytes } = limits;
  const silenceMs = job.plan.noOutputTimeoutMs ?? noOutputTimeoutMs;
  return {
    ...common(run, job, opened.secrets, logLimitBytes),
    kind: 'build',
    source: { ...opened.source, ...(opened.credential ? { credential: opened.credential } : {}) },
    ...checkoutSpecOf(job.plan, run.change),
    image: job.plan.image,
    ...firstImageOf(job),
    ...(silenceMs === undefined ? {} : { noOutputTimeoutMs: silenceMs }),
    env: { ...wellKnownEnv(run, job), ...job.plan.env },
    ...(job.plan.services === undefined ? {} : { services: job.plan.services }),
    ...(job.plan.caches === undefined
      ? {}
      : { caches: { scopes: cacheScopes(run.change), entries: job.plan.caches } }),
    steps: job.plan.steps,
    artifacts: job.plan.artifacts,
    ...(job.plan.reports === undefined ? {} : { reports: job.plan.reports }),
    limits: {
      memoryBytes,
      cpus,
      pids,
      ...(diskBytes === undefined ? {} : { diskBytes }),
      ...job.plan.resources,
    },
    ...(job.plan.network === undefined ? {} : { network: job.plan.network }),
  };
}

function firstImageOf({ image }: Job): Pick<BuildSpec, 'firstImage'> {
  if (!image) return {};
  return { firstImage: { id: image.id, ...(image.digest === undefined ? {} : { digest: image.digest }) } };
}

export function deploySpecOf(
  run: Run,
  job: Job & { plan: DeployPlan },
  opened: { artifact: StoredArtifact; secrets: Record<string, string> },
  limits: JobLimits,
): DeploySpec {
  return {
    ...common(run, job, opened.secrets, limits.logLimitBytes),
    kind: 'deploy',
    environment: job.plan.environment,
    deploymentKey: deploymentKeyOf(job),
    artifact: opened.artifact,
    target: job.plan.target,
  };
}

function common(run: Run, job: Job, secrets: Record<string, string>, logLimitBytes: number) {
  return {
    runId: run.id,
    runNumber: run.number,
    jobId: job.id,
    attempt: job.attempt?.number ?? 1,
    jobName: job.name,
    repository: run.repository,
    sha: run.change.sha,
    ref: run.change.ref,
    correlationId: run.correlationId,
    timeoutMs: job.plan.timeoutMs,
    logLimitBytes,
    secrets,
  } satisfies Partial<JobSpec>;
}

/** What every step finds in its environment; `CI` is what most tools look for. */
function wellKnownEnv(run: Run, job: Job): Record<string, string> {
  const { change } = run;
  return {
    CI: 'true',
    HOOKLINE: 'true',
    HOOKLINE_RUN_ID: run.id,
    HOOKLINE_RUN_NUMBER: String(run.number),
    HOOKLINE_JOB: job.name,
    HOOKLINE_JOB_ID: job.id,
    HOOKLINE_ATTEMPT: String(job.attempt?.number ?? 1),
    HOOKLINE_REPOSITORY: run.repository,
    HOOKLINE_EVENT: change.event,
    HOOKLINE_REF: change.ref,
    HOOKLINE_SHA: change.sha,
    ...(change.branch === undefined ? {} : { HOOKLINE_BRANCH: change.branch }),
    ...(change.tag === undefined ? {} : { HOOKLINE_TAG: change.tag }),
    ...beforeOf(change),
    ...(change.mergeGroup ? { HOOKLINE_BASE_BRANCH: change.mergeGroup.baseBranch } : {}),
    ...(change.release ? { HOOKLINE_RELEASE_ACTION: change.release.action } : {}),
    ...(change.dispatch
      ? { HOOKLINE_DISPATCH_TYPE: change.dispatch.type, HOOKLINE_DISPATCH_PAYLOAD: change.dispatch.payload }
      : {}),
    ...(change.fork ? { HOOKLINE_FORK: 'true' } : {}),
    ...(change.pullRequest
      ? {
          HOOKLINE_PULL_REQUEST: String(change.pullRequest.number),
          HOOKLINE_BASE_BRANCH: change.pullRequest.baseBranch,
          HOOKLINE_HEAD_BRANCH: change.pullRequest.headBranch,
          HOOKLINE_HEAD_REPOSITORY: change.pullRequest.headRepository ?? '',
        }
      : {}),
  };
}

/** What the commit is to be compared with. */
function beforeOf({ before, pullRequest }: Run['change']): { HOOKLINE_BEFORE?: string } {
  const sha = pullRequest?.baseSha ?? before;
  return sha === undefined ? {} : { HOOKLINE_BEFORE: sha };
}

/**
 * One key for one intended deployment: the same for the attempts that take the place of a lost one, another when a
 * person asked for it again.
 */
function deploymentKeyOf({ id, attempt }: Job): string {
  const first = (attempt?.number ?? 1) - (attempt?.losses ?? 0);
  return first === 1 ? id : `${id}-${first}`;
}
