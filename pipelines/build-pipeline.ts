import { defaultBundleKey } from './bundle-key.ts';
import { parseDuration } from './duration.ts';
import { shorthandJob } from './outline.ts';
import { tidyPath } from './pattern-fault.ts';
import type {
  ArtifactDefinition,
  DeployDefinition,
  DeployTarget,
  JobDefinition,
  PatternList,
  Pipeline,
  StepDefinition,
  Triggers,
} from './pipeline.ts';
import type {
  ArtifactShape,
  DeploymentShape,
  JobShape,
  PipelineShape,
  StepShape,
  TriggersShape,
  VariablesShape,
} from './pipeline-shape.ts';
import type { YamlPath } from './yaml-path.ts';

const defaultTimeoutMs = 60 * 60 * 1000;

type LineOf = (path: YamlPath) => number;

/** The normalized pipeline of a file without mistakes. */
export function buildPipeline(shape: PipelineShape, lineOf: LineOf): Pipeline {
  const jobs =
    shape.jobs === undefined
      ? [
          buildJob(
            shorthandJob,
            { ...shape, env: undefined, steps: shape.steps ?? [] },
            shape.image,
            [],
            lineOf,
          ),
        ]
      : Object.entries(shape.jobs).map(([name, job]) =>
          buildJob(name, job, shape.image, ['jobs', name], lineOf),
        );
  const on = buildTriggers(shape.on, lineOf);
  const deploys = Object.entries(shape.deploy ?? {}).map(([environment, deployment]) =>
    buildDeploy(environment, deployment, jobs, on, lineOf),
  );
  return { on, env: buildVariables(shape.env), jobs, deploys };
}

function buildTriggers(shape: TriggersShape | undefined, lineOf: LineOf): Triggers {
  if (shape === undefined) {
    return { push: { branches: everything(), tags: null }, pullRequest: { branches: everything() } };
  }
  return {
    line: lineOf(['on']),
    push: buildPush(shape.push, lineOf),
    pullRequest: buildPullRequest(shape.pull_request, lineOf),
  };
}

function buildPush(push: TriggersShape['push'], lineOf: LineOf): Triggers['push'] {
  if (push === undefined || push === false) return null;
  const line = lineOf(['on', 'push']);
  if (push === true || push === null) return { line, branches: everything(), tags: null };
  const filter = buildRefs(push, ['on', 'push'], lineOf);
  return { line, branches: filter.branches, tags: filter.tags };
}

function buildPullRequest(
  pullRequest: TriggersShape['pull_request'],
  lineOf: LineOf,
): Triggers['pullRequest'] {
  if (pullRequest === undefined || pullRequest === false) return null;
  const path = ['on', 'pull_request'];
  const branches = pullRequest === true || pullRequest === null ? undefined : pullRequest.branches;
  return {
    line: lineOf(path),
    branches: buildPatterns(branches, [...path, 'branches'], lineOf) ?? everything(),
  };
}

type RefsShape = { branches?: string | string[] | undefined; tags?: string | string[] | undefined };

/** Branches and tags are two lists of one choice: where only one is given, nothing of the other is meant. */
function buildRefs(shape: RefsShape, path: YamlPath, lineOf: LineOf, branchesByDefault = everything()) {
  const branches = buildPatterns(shape.branches, [...path, 'branches'], lineOf);
  const tags = buildPatterns(shape.tags, [...path, 'tags'], lineOf);
  return { branches: branches ?? (tags === null ? branchesByDefault : null), tags };
}

function buildPatterns(
  patterns: string | string[] | undefined,
  path: YamlPath,
  lineOf: LineOf,
): PatternList | null {
  return patterns === undefined ? null : { patterns: listOf(patterns), line: lineOf(path) };
}

function everything(): PatternList {
  return { patterns: ['**'] };
}

function buildJob(
  name: string,
  job: Omit<JobShape, 'env' | 'needs'> & { env?: VariablesShape | undefined; needs?: JobShape['needs'] },
  defaultImage: string | undefined,
  path: YamlPath,
  lineOf: LineOf,
): JobDefinition {
  const timeoutMs = durationOr(job.timeout, defaultTimeoutMs);
  return {
    name,
    line: lineOf(path.length === 0 ? ['steps'] : path),
    image: job.image ?? defaultImage ?? '',
    env: buildVariables(job.env),
    secrets: listOf(job.secrets),
    needs: listOf(job.needs),
    timeoutMs,
    steps: job.steps.map((step, index) => buildStep(step, timeoutMs, lineOf([...path, 'steps', index]))),
    artifacts: (job.artifacts ?? []).map(buildArtifact),
  };
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
    when: step.when ?? 'success',
    continueOnError: step.continue_on_error ?? false,
  };
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
  return {
    environment,
    line: lineOf(path),
    artifact: { job: maker?.name ?? '', name: shape.artifact },
    ...buildRefs(shape, path, lineOf, on.push?.branches ?? everything()),
    secrets: listOf(shape.secrets),
    timeoutMs: durationOr(shape.timeout, defaultTimeoutMs),
    target: buildTarget(shape),
  };
}

function buildTarget({ codedeploy }: DeploymentShape): DeployTarget {
  if (codedeploy === undefined) return { type: 'local' };
  return {
    type: 'codedeploy',
    application: codedeploy.application,
    group: codedeploy.group,
    bucket: codedeploy.bucket,
    key: codedeploy.key ?? defaultBundleKey,
    region: codedeploy.region,
    ...(codedeploy.config === undefined ? {} : { config: codedeploy.config }),
    ...(codedeploy.description === undefined ? {} : { description: codedeploy.description }),
    fileExistsBehavior: codedeploy.file_exists_behavior ?? 'DISALLOW',
    ignoreApplicationStopFailures: codedeploy.ignore_application_stop_failures ?? false,
    ...(codedeploy.auto_rollback === undefined ? {} : { autoRollback: codedeploy.auto_rollback }),
    ...(codedeploy.minimum_healthy === undefined ? {} : { minimumHealthy: codedeploy.minimum_healthy }),
  };
}

function buildVariables(shape: VariablesShape | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(shape ?? {}).map(([name, value]) => [name, String(value ?? '')]));
}

function listOf(values: string | string[] | undefined): string[] {
  return values === undefined ? [] : typeof values === 'string' ? [values] : values;
}

/** Only for text the shape has checked. */
function durationOr(text: string | undefined, otherwiseMs: number): number {
  return (text === undefined ? undefined : parseDuration(text)) ?? otherwiseMs;
}
