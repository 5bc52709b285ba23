import { stripVTControlCharacters } from 'node:util';
import type { CheckReport } from './check-run.ts';
import { fitBytes, lastLines } from './fit-bytes.ts';
import type { JobDetail, RunDetail } from './history.ts';
import type { Step } from './run.ts';
import { reportsMarkdown, reportsOf, testAnnotations } from './test-reports.ts';

/** "Maximum length: 65535 characters", which GitHub counts in bytes. */
const mostBytes = 65_535;

export type ReportParts = {
  /** Of the failing step, the last ones. */
  tail: readonly string[];
  runUrl: string;
  artifactUrl: (id: string) => string;
};

/** What a check says below its title, in Markdown. Pure. */
export function checkReport(
  run: RunDetail,
  job: JobDetail | undefined,
  { tail, runUrl, artifactUrl }: ReportParts,
): CheckReport {
  const head = `[Run #${run.number}](${runUrl})`;
  if (!job) {
    const summary = [head, markdownOf(run.reason?.message ?? '')].join('\n\n');
    return { summary: fitBytes(summary, mostBytes), text: '', annotations: [...(run.problems ?? [])] };
  }
  const attempt = job.attempts.at(-1);
  const where = attempt?.runner === undefined ? '' : `, attempt ${attempt.number} on ${attempt.runner}`;
  const artifacts = run.artifacts
    .filter(({ jobName }) => jobName === job.name)
    .map(({ id, name, sizeBytes }) => `- [${markdownOf(name)}](${artifactUrl(id)}), ${sizeBytes} bytes`);
  const deployments = run.deployments
    .filter(({ jobName }) => jobName === job.name)
    .map(({ environment, status }) => `- [${markdownOf(environment)}](${runUrl}): ${markdownOf(status)}`);
  const parts = [
    `${head}${where}`,
    markdownOf(job.reason?.message ?? ''),
    reportsMarkdown(reportsOf(job)),
    stepTable(attempt?.steps ?? []),
    list('Artifacts', artifacts),
    list('Deployments', deployments),
  ].filter((part) => part !== '');
  return {
    summary: fitBytes(parts.join('\n\n'), mostBytes),
    text: fenced(tail),
    annotations: testAnnotations(job),
  };
}

/** The step whose last words tell why the job failed. */
export function failingStep(job: JobDetail): Step | undefined {
  return job.attempts
    .at(-1)
    ?.steps.find(({ status, allowed }) => (status === 'failure' || status === 'error') && !allowed);
}

function stepTable(steps: readonly Step[]): string {
  if (steps.length === 0) return '';
  const rows = steps.map(
    (step) =>
      `| ${markdownOf(step.name)} | ${step.status}${exitText(step)} | ${tookText(step)} | ${markdownOf(step.message ?? '')} |`,
  );
  return ['| step | result | took | |', '|---|---|---|---|', ...rows].join('\n');
}

function exitText({ exitCode }: Step): string {
  return exitCode === undefined || exitCode === 0 ? '' : ` (exit ${exitCode})`;
}

function tookText({ startedAtMs, finishedAtMs }: Step): string {
  if (startedAtMs === undefined || finishedAtMs === undefined) return '';
  return `${((finishedAtMs - startedAtMs) / 1_000).toFixed(1)} s`;
}

function list(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `**${title}**\n\n${items.join('\n')}`;
}

/** As a block that nothing in the lines can end. */
function fenced(tail: readonly string[]): string {
  if (tail.length === 0) return '';
  const lines = tail.map((line) => stripVTControlCharacters(line).toWellFormed());
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => line.match(/`+/g) ?? []).map(({ length }) => length),
  );
  const fence = '`'.repeat(Math.min(longest + 1, 1_000));
  const kept = lastLines(lines, mostBytes - 2 * fence.length - '\n\n'.length);
  return [fence, ...kept, fence].join('\n');
}

/** Text of strangers on one line, without a meaning in Markdown. */
function markdownOf(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|~#&]/g, '\\$&');
}
