import { z } from '@hono/zod-openapi';
import { languageOf } from '../../../pipelines/parse-file.ts';
import type { Problem } from '../../../pipelines/problem.ts';
import { explainTemplate, templateOf } from '../../../pipelines/templates/template-file.ts';
import { artifactFileName } from '../../contract/live-log.ts';
import type { ScheduledTime } from '../../runs/change.ts';
import type {
  ArtifactDetail,
  DeploymentDetail,
  NotificationDetail,
  RunDetail,
  RunSummary,
  StatusDetail,
} from '../../runs/history.ts';
import { type Approval, type RunLimit, statuses } from '../../runs/run.ts';
import { unisolatedRunners } from '../../runs/unisolated-runners.ts';
import { jobJson, jobToJson } from './job-json.ts';
import { problemJson, problemToJson, referenceJson } from './problem-json.ts';
import { reasonJson, removedJson, removedOf, spanJson, spanOf, timeJson, timeOf } from './wire.ts';

export const changeEvents = [
  'push',
  'tag',
  'pull_request',
  'merge_group',
  'release',
  'dispatch',
  'schedule',
] as const;

export const runSummaryJson = z
  .object({
    id: z.string(),
    number: z.int().openapi({ description: '1, 2, 3, … per repository.' }),
    repository: z.string().openapi({ example: 'owner/name' }),
    event: z.enum(changeEvents),
    ref: z.string().openapi({ example: 'refs/heads/main' }),
    branch: z.string().optional(),
    sha: z.string(),
    title: z.string(),
    author: z.string(),
    pullRequest: z.int().optional(),
    status: z.enum(statuses),
    reason: reasonJson.optional(),
    createdAt: timeJson,
    ...spanJson,
  })
  .openapi('RunSummary');

export const artifactJson = z
  .object({
    id: z.string(),
    runId: z.string(),
    jobName: z.string(),
    name: z.string(),
    sizeBytes: z.int(),
    sha256: z.string().openapi({ description: 'Of the file, in lower-case hex.' }),
    fileCount: z.int(),
    createdAt: timeJson,
    fileName: z.string(),
    path: z.string().openapi({ description: 'Where to download it, on this service.' }),
    provenancePath: z
      .string()
      .optional()
      .openapi({ description: 'What it was built from, signed; once its job has ended.' }),
    removed: removedJson.optional(),
  })
  .openapi('Artifact');

const deploymentJson = z
  .object({
    jobName: z.string(),
    environment: z.string(),
    status: z.string(),
    externalId: z.string().optional(),
    detail: z.unknown().optional(),
    updatedAt: timeJson,
  })
  .openapi('Deployment');

const commitStatusJson = z
  .object({
    context: z.string(),
    state: z.string(),
    description: z.string(),
    delivery: z.enum(['pending', 'sent', 'superseded', 'failed']),
    tries: z.int(),
    problem: z.string().optional(),
    createdAt: timeJson,
    doneAt: timeJson.optional(),
  })
  .openapi('CommitStatus');

const notificationJson = z
  .object({
    channel: z.enum(['email', 'slack', 'webhook']),
    to: z.string().openapi({ description: 'Of an address of the web its host alone.' }),
    delivery: z.enum(['pending', 'sent', 'superseded', 'failed']),
    tries: z.int(),
    problem: z.string().optional(),
    createdAt: timeJson,
    doneAt: timeJson.optional(),
  })
  .openapi('Notification');

const warningJson = z
  .object({
    file: z.string(),
    line: z.int(),
    column: z.int(),
    message: z.string(),
    consequence: z.string(),
    reference: referenceJson.optional(),
  })
  .openapi('Warning');

export const runJson = runSummaryJson
  .extend({
    schedule: z
      .object({
        cron: z.string().openapi({ example: '0 3 * * 1-5' }),
        timezone: z.string(),
        dueAt: timeJson,
        missedSince: timeJson.optional().openapi({
          description: 'This run is also for the times that passed since then while the service was down.',
        }),
      })
      .optional()
      .openapi({ description: 'Of the event `schedule`: whose time it was.' }),
    deliveryId: z.string(),
    recovered: z.literal(true).optional().openapi({
      description: 'Its delivery never arrived by itself: it, or the commit, was found at the provider.',
    }),
    correlationId: z.string(),
    approval: z.object({ by: z.string(), at: timeJson, comment: z.string().optional() }).optional(),
    supersededBy: z
      .object({ id: z.string(), number: z.int() })
      .optional()
      .openapi({ description: 'The newer run of the same branch or pull request that took its place.' }),
    timeoutMs: z.int().optional().openapi({ description: 'How long the run may take as a whole.' }),
    deadline: timeJson.optional().openapi({ description: 'When that is over, while the clock runs.' }),
    pipeline: z.object({
      file: z.string(),
      digest: z.string(),
      language: z
        .enum(['hookline', 'travis'])
        .openapi({ description: 'The language of the file; any but hookline was translated.' }),
      template: z
        .object({ name: z.string(), because: z.string(), note: z.string() })
        .optional()
        .openapi({
          description:
            'Present when the repository has no pipeline file: the template that was taken, what of its root ' +
            'folder decided, and how to have the template as a file.',
        }),
    }),
    problems: z.array(problemJson).optional().openapi({
      description: 'The mistakes in the pipeline file, when those are why there is no job.',
    }),
    withoutIsolation: z.array(z.string()).optional().openapi({
      description:
        'Names of the runners on which jobs of it ran as processes of the host, without a container.',
    }),
    jobs: z.array(jobJson),
    artifacts: z.array(artifactJson),
    deployments: z.array(deploymentJson),
    statuses: z.array(commitStatusJson),
    notifications: z.array(notificationJson).optional(),
    warnings: z.array(warningJson).optional().openapi({
      description: 'What of the pipeline file is not carried out as it is written, or likely not meant so.',
    }),
  })
  .openapi('Run');

export function runSummaryToJson(run: RunSummary): z.infer<typeof runSummaryJson> {
  const { id, number, repository, event, ref, branch, sha, title, author, pullRequest, status, reason } = run;
  return {
    id,
    number,
    repository,
    event,
    ref,
    branch,
    sha,
    title,
    author,
    pullRequest,
    status,
    reason,
    createdAt: timeOf(run.createdAtMs),
    ...spanOf(run),
  };
}

export function runToJson(run: RunDetail): z.infer<typeof runJson> {
  const withoutIsolation = unisolatedRunners(run);
  return {
    ...runSummaryToJson(run),
    ...(run.schedule ? { schedule: scheduledTimeToJson(run.schedule) } : {}),
    deliveryId: run.deliveryId,
    ...(run.recovered ? { recovered: run.recovered } : {}),
    correlationId: run.correlationId,
    ...(run.approval ? { approval: approvalToJson(run.approval) } : {}),
    ...(run.supersededBy ? { supersededBy: linkTo(run.supersededBy) } : {}),
    ...(run.limit ? limitToJson(run.limit) : {}),
    pipeline: pipelineToJson(run.pipeline),
    ...(run.problems ? { problems: run.problems.map(problemToJson) } : {}),
    ...(withoutIsolation.length === 0 ? {} : { withoutIsolation }),
    jobs: run.jobs.map(jobToJson),
    artifacts: run.artifacts.map(artifactToJson),
    deployments: run.deployments.map(deploymentToJson),
    statuses: run.statuses.map(statusToJson),
    ...(run.notifications ? { notifications: run.notifications.map(notificationToJson) } : {}),
    ...(run.warnings ? { warnings: run.warnings.map(warningToJson) } : {}),
  };
}

function pipelineToJson({ file, digest }: RunDetail['pipeline']) {
  const template = templateOf(file);
  const language = languageOf(file);
  return {
    file,
    digest,
    language,
    ...(template ? { template: { ...template, note: explainTemplate(template) } } : {}),
  };
}

function limitToJson({ timeoutMs, deadlineMs }: RunLimit) {
  return { timeoutMs, ...(deadlineMs === undefined ? {} : { deadline: timeOf(deadlineMs) }) };
}

function linkTo({ id, number }: { id: string; number: number }) {
  return { id, number };
}

function scheduledTimeToJson({ dueAtMs, missedSinceMs, ...schedule }: ScheduledTime) {
  const missed = missedSinceMs === undefined ? {} : { missedSince: timeOf(missedSinceMs) };
  return { ...schedule, dueAt: timeOf(dueAtMs), ...missed };
}

function approvalToJson({ atMs, ...approval }: Approval) {
  return { ...approval, at: timeOf(atMs) };
}

/** The key in the blob store stays inside. */
export function artifactToJson(artifact: ArtifactDetail): z.infer<typeof artifactJson> {
  const { createdAtMs, key: _, format, proved, removed, ...rest } = artifact;
  return {
    ...rest,
    fileName: artifactFileName(artifact.name, format),
    createdAt: timeOf(createdAtMs),
    path: `/api/v1/artifacts/${artifact.id}`,
    ...(proved ? { provenancePath: `/api/v1/artifacts/${artifact.id}/provenance` } : {}),
    removed: removedOf(removed),
  };
}

function deploymentToJson({ updatedAtMs, ...rest }: DeploymentDetail): z.infer<typeof deploymentJson> {
  return { ...rest, updatedAt: timeOf(updatedAtMs) };
}

function statusToJson({ createdAtMs, doneAtMs, ...rest }: StatusDetail): z.infer<typeof commitStatusJson> {
  return {
    ...rest,
    createdAt: timeOf(createdAtMs),
    ...(doneAtMs === undefined ? {} : { doneAt: timeOf(doneAtMs) }),
  };
}

function notificationToJson({
  createdAtMs,
  doneAtMs,
  ...rest
}: NotificationDetail): z.infer<typeof notificationJson> {
  return {
    ...rest,
    createdAt: timeOf(createdAtMs),
    ...(doneAtMs === undefined ? {} : { doneAt: timeOf(doneAtMs) }),
  };
}

function warningToJson(problem: Problem): z.infer<typeof warningJson> {
  const { file, line, column, message, expected, reference } = problemToJson(problem);
  return {
    file,
    line,
    column,
    message,
    consequence: expected,
    ...(reference === undefined ? {} : { reference }),
  };
}
