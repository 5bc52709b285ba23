import type { ArtifactShape } from './artifact-shape.ts';
import { buildApproval } from './build-approval.ts';
import { buildCaches } from './build-caches.ts';
import { buildCheckout } from './build-checkout.ts';
import { buildCondition } from './build-condition.ts';
import { buildMatrix } from './build-matrix.ts';
import { buildNotifications } from './build-notifications.ts';
import { buildReports } from './build-reports.ts';
import { buildResources } from './build-resources.ts';
import { buildServices } from './build-services.ts';
import { buildTarget } from './build-target.ts';
import { buildRefs, buildTriggers, everything, type LineOf } from './build-triggers.ts';
import { buildVariables, durationOr, limitOf, listOf } from './build-values.ts';
import type { DeploymentShape } from './deploy-shape.ts';
import type { JobShape } from './job-shape.ts';
import { shorthandJob } from './outline.ts';
import { tidyPath } from './pattern-fault.ts';
import type {
  ArtifactDefinition,
  DeployDefinition,
  JobDefinition,
  Pipeline,
  StepDefinition,
  StepRetry,
  Triggers,
} from './pipeline.ts';
import type { PipelineShape } from './pipeline-shape.ts';
import type { VariablesShape } from './shape-values.ts';
import type { StepShape } from './step-shape.ts';
import type { YamlPath } from './yaml-path.ts';

const defaultTimeoutMs = 60 * 60 * 1000;

/** The normalized pipeline of a file without mistakes. */
export function buildPipeline(shape: PipelineShape, lineOf: LineOf): Pipeline {
  const jobs =
    shape.jobs === undefined
      ? [
          buildJob(
            shorthandJob,
            { ...shape, env: undefined, concurrency: undefined, steps: shape.steps ?? [] },
            shape,
            [],
            lineOf,
          ),
        ]
      : Object.entries(shape.jobs).flatMap(([name, job]) => {
          const built = buildJob(name, job, shape, ['jobs', name], lineOf);
          return job.matrix === undefined ? [built] : buildMatrix(built, job.matrix);
        });
  const on = buildTriggers(shape.on, lineOf);
  const deploys = Object.entries(shape.deploy ?? {}).map(([environment, deployment]) =>
    buildDeploy(environment, deployment, jobs, on, lineOf),
  );
  const supersede = shape.concurrency?.supersede;
  const concurrency = supersede === undefined ? {} : { supersede };
  // Beside steps it is the limit of their one job.
  const limit = shape.jobs === undefined ? {} : limitOf('timeoutMs', shape.timeout);
  return {
    on,
    env: buildVariables(shape.env),
    jobs,
    deploys,
    concurrency,
    ...buildNotifications(shape.notifications, lineOf),
    ...(shape.pull_request_comment === true ? { commented: true } : {}),
    ...limit,
  };
}

function buildJob(
  name: string,
  job: Omit<JobShape, 'env' | 'needs'> & { env?: VariablesShape | undefined; needs?: JobShape['needs'] },
  defaults: Pick<PipelineShape, 'image' | 'checkout'>,
  path: YamlPath,
  lineOf: LineOf,
): JobDefinition {
  const timeoutMs = durationOr(job.timeout, defaultTimeoutMs);
  return {
    name,
    line: lineOf(path.length === 0 ? ['steps'] : path),
    image: job.image ?? defaults.image ?? '',
    env: buildVariables(job.env),
    secrets: listOf(job.secrets),
    needs: listOf(job.needs),
    allowFailure: job.allow_failure ?? false,
    ...runsOnOf(job.runs_on),
    ...groupOf(job.concurrency),
    ...buildApproval(job.approval),
    ...buildCondition(job.when, [...path, 'when'], lineOf),
    timeoutMs,
    ...limitOf('noOutputTimeoutMs', job.no_output_timeout),
    ...buildResources(job.resources),
    ...(job.network === 'none' ? { network: job.network } : {}),
    ...buildCheckout(job.checkout ?? defaults.checkout),
    ...buildServices(job.services),
    ...buildCaches(job.cache),
    steps: job.steps.map((step, index) => buildStep(step, timeoutMs, lineOf([...path, 'steps', index]))),
    artifacts: (job.artifacts ?? []).map(buildArtifact),
    ...buildReports(job.reports),
  };
}

function groupOf(concurrency: JobShape['concurrency']): { group?: string; newestWins?: true } {
  if (concurrency === undefined) return {};
  const newest = concurrency.cancel_in_progress === true ? { newestWins: true as const } : {};
  return { group: concurrency.group, ...newest };
}

function runsOnOf(labels: JobShape['runs_on']): { runsOn?: string[] } {
  return labels === undefined ? {} : { runsOn: [...new Set(listOf(labels))].sort() };
}

function buildStep(shape: string | StepShape, jobTimeoutMs: number, line: number): StepDefinition {
  const step = typeof shape === 'string' ? { run: shape } : shape;
  return {
    name: step.name ?? titleOf(step.run),
    line,
    run: step.run,
    shell: step.shell ?? 'sh',
    env: buildVariables(step.env),
    workingDirectory: tidyPath(step.working_directory ?? '.'),
    timeoutMs: Math.min(durationOr(step.timeout, jobTimeoutMs), jobTimeoutMs),
    ...retryOf(step.retry),
    when: step.when ?? 'success',
    continueOnError: step.continue_on_error ?? false,
  };
}

/** `retry: 2` is two tries beside the first. */
function retryOf(retry: StepShape['retry']): { retry?: StepRetry } {
  if (retry === undefined) return {};
  if (typeof retry === 'number') return { retry: { attempts: retry + 1, waitMs: 0 } };
  return { retry: { attempts: retry.attempts, waitMs: durationOr(retry.wait, 0) } };
}

/** The first line that says something, cut to the width of a list. */
function titleOf(script: string): string {
  const first = script.split('\n').find((line) => line.trim() !== '') ?? script;
  const title = first.trim().replaceAll(/\p{Cc}/gu, ' ');
  return title.length > 80 ? `${title.slice(0, 79)}…` : title;
}

function buildArtifact(shape: ArtifactShape): ArtifactDefinition {
  const prefix = tidyPath(shape.strip_prefix ?? '.');
  return {
    name: shape.name,
    paths: listOf(shape.paths).map(tidyPath),
    exclude: listOf(shape.exclude).map(tidyPath),
    stripPrefix: prefix === '.' ? '' : prefix,
    ...(shape.format === undefined || shape.format === 'zip' ? {} : { format: shape.format }),
  };
}

function buildDeploy(
  environment: string,
  shape: DeploymentShape,
  jobs: readonly JobDefinition[],
  on: Triggers,
  lineOf: LineOf,
): DeployDefinition {
  const maker = jobs.find((job) => job.artifacts.some((artifact) => artifact.name === shape.artifact));
  const path = ['deploy', environment];
  const schedules = shape.schedules === true;
  const branchesByDefault = on.push?.branches ?? (schedules ? everything() : null);
  return {
    environment,
    line: lineOf(path),
    artifact: { job: maker?.name ?? '', name: shape.artifact },
    ...buildRefs(shape, path, lineOf, branchesByDefault),
    schedules,
    secrets: listOf(shape.secrets),
    ...groupOf(shape.concurrency),
    ...buildApproval(shape.approval),
    timeoutMs: durationOr(shape.timeout, defaultTimeoutMs),
    target: buildTarget(shape),
  };
}
