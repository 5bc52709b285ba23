import { failingStep } from './check-report.ts';
import type { JobDetail, RunDetail } from './history.ts';
import { plainMarkdown } from './plain-markdown.ts';
import type { Status } from './run.ts';
import { reportsLine, reportsOf } from './test-reports.ts';

export type CommentParts = {
  runUrl: string;
  artifactUrl: (id: string) => string;
};

/** A comment is read by people: of very many of anything the rest is on the page of the run. */
const mostRows = 50;

const words: Record<Status, string> = {
  queued: 'is queued',
  waiting: 'waits',
  running: 'is running',
  success: 'succeeded',
  failure: 'failed',
  error: 'could not be carried out',
  cancelled: 'was cancelled',
  skipped: 'had nothing to do',
};

/** What the comment below a pull request says of its newest run, in Markdown. Pure. */
export function commentText(run: RunDetail, { runUrl, artifactUrl }: CommentParts): string {
  const artifacts = run.artifacts.map(
    ({ id, name, sizeBytes }) => `- [${plainMarkdown(name)}](${artifactUrl(id)}), ${sizeBytes} bytes`,
  );
  const deployments = run.deployments.map(
    ({ environment, status }) => `- [${plainMarkdown(environment)}](${runUrl}): ${plainMarkdown(status)}`,
  );
  const parts = [
    `**[Run #${run.number}](${runUrl}) ${words[run.status]}** for ${run.sha}${tookText(run)}`,
    plainMarkdown(run.reason?.message ?? ''),
    approvalText(run),
    jobTable(run.jobs),
    list('Tests', run.jobs.flatMap(reportLine)),
    list('Artifacts', artifacts),
    list('Deployments', deployments),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function approvalText({ jobs, sha }: RunDetail): string {
  const isHeldBack = jobs.some(({ status, reason }) => status === 'waiting' && reason?.code === 'fork');
  if (!isHeldBack) return '';
  return (
    'It is of a fork and runs nothing before somebody who may write to this repository has looked at this commit and ' +
    `says so here: \`/hookline approve ${sha}\``
  );
}

/** What went wrong first, then the rest as it stands in the pipeline. */
function jobTable(jobs: readonly JobDetail[]): string {
  if (jobs.length === 0) return '';
  const shown = jobs.toSorted((one, other) => Number(isBad(other)) - Number(isBad(one))).slice(0, mostRows);
  const rows = shown.map(
    (job) =>
      `| ${plainMarkdown(job.name)} | ${job.status}${job.allowed ? ', as it may' : ''} | ${tookText(job, '')} | ${whyText(job)} |`,
  );
  const more = jobs.length > mostRows ? [`| and ${jobs.length - mostRows} more | | | |`] : [];
  return ['| job | result | took | |', '|---|---|---|---|', ...rows, ...more].join('\n');
}

function isBad({ status, allowed }: JobDetail): boolean {
  return (status === 'failure' || status === 'error') && !allowed;
}

function reportLine(job: JobDetail): string[] {
  const told = reportsLine(reportsOf(job) ?? {});
  return told === '' ? [] : [`- ${plainMarkdown(job.name)}: ${told}`];
}

/** Who is to take a job that is queued changes by the second, and is of no interest here. */
function whyText(job: JobDetail): string {
  if (job.status === 'queued') return '';
  const step = failingStep(job);
  if (step?.exitCode) return plainMarkdown(`${step.name}: exit ${step.exitCode}`);
  return plainMarkdown(step?.message ?? job.reason?.message ?? '');
}

type Span = { startedAtMs?: number; finishedAtMs?: number };

function tookText({ startedAtMs, finishedAtMs }: Span, before = ' in '): string {
  if (startedAtMs === undefined || finishedAtMs === undefined) return '';
  return `${before}${((finishedAtMs - startedAtMs) / 1_000).toFixed(1)} s`;
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  const more = items.length > mostRows ? [`- and ${items.length - mostRows} more`] : [];
  return [`**${title}**`, '', ...items.slice(0, mostRows), ...more].join('\n');
}
