import { html } from 'hono/html';
import { testsText } from '../contract/job-reports.ts';
import type { AttemptDetail, JobDetail, RunDetail } from '../runs/history.ts';
import { isFinal } from '../runs/run.ts';
import { shortId } from '../runs/used-image.ts';
import { approvalHistory } from './approval-box.ts';
import { earlierAttempts } from './earlier-attempts.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { sizeText } from './size-text.ts';
import { spanBar } from './span-bar.ts';
import { statusMark, statusWord } from './status-view.ts';
import { stepList } from './step-list.ts';
import { duration, durationText } from './time-view.ts';

/** The jobs in the order of the plan; the one whose log is shown, and those that need a look, lie open. */
export function jobCards(run: RunDetail, chosen: JobDetail, nowMs: number): Html {
  return html`<h2 class="unseen">Jobs</h2>
<ol class="jobs">
${run.jobs.map((job) => card(run, job, job.id === chosen.id, nowMs))}</ol>`;
}

function card(run: RunDetail, job: JobDetail, isChosen: boolean, nowMs: number): Html {
  const attempt = job.attempts.at(-1);
  const isOpen = isChosen || job.status === 'failure' || job.status === 'error';
  const name = isolated(job.name);
  return html`<li class="job${isChosen ? ' chosen' : ''}">
<div class="job-head">
${statusMark(job.status)}
<a class="job-name" id="job-${job.id}" href="/runs/${run.id}?job=${job.id}"${isChosen ? html` aria-current="true"` : nothing}>${name}</a>
${job.allowed ? html`<span class="tag" title="allow_failure">allowed</span>` : ''}
${job.kind === 'deploy' ? html`<span class="tag">deploy</span>` : ''}
${duration(job, nowMs) === nothing && !isFinal(job.status) ? html`<span class="took">${statusWord(job.status).toLowerCase()}</span>` : duration(job, nowMs)}
</div>
${spanBar(run, job, nowMs)}
${about(job, attempt, nowMs)}
${job.reason && job.status !== 'success' ? html`<p class="job-why s-${job.status}">${isolated(job.reason.message)}</p>` : ''}
${
  attempt && attempt.steps.length > 0
    ? html`<details class="steps" id="steps-${job.id}"${isOpen ? html` open` : nothing}><summary>${stepsSummary(attempt)}</summary>
${stepList(run.id, job, attempt, isChosen, nowMs)}</details>`
    : ''
}
${approvalHistory(job, nowMs)}
${earlierAttempts(job)}
</li>
`;
}

function about(job: JobDetail, attempt: AttemptDetail | undefined, nowMs: number): Html {
  const parts = [
    job.needs.length > 0 ? html`needs ${isolated(job.needs.join(', '))}` : undefined,
    attempt?.runner === undefined ? undefined : html`on ${isolated(attempt.runner)}`,
    attempt?.image ? imageText(attempt.image) : undefined,
    attempt?.isolation === 'none' ? html`<b>without isolation</b>` : undefined,
    attempt?.built && attempt.built.remark === undefined ? mergeText(attempt.built) : undefined,
    attempt !== undefined && attempt.number > 1 ? html`attempt ${attempt.number}` : undefined,
    attempt?.usage ? usageText(attempt.usage) : undefined,
    attempt?.reports?.tests
      ? html`<a href="#tests-${job.id}">${testsText(attempt.reports.tests)}</a>`
      : undefined,
    attempt?.status === 'queued' ? waitText(attempt, nowMs) : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0
    ? nothing
    : html`<p class="job-about">${parts.map((part, index) => (index === 0 ? part : html` · ${part}`))}</p>`;
}

function mergeText({ sha, ref }: NonNullable<AttemptDetail['built']>): Html {
  return html`<span title="${ref}">merge <code>${sha.slice(0, 10)}</code></span>`;
}

function usageText({
  cpuMs,
  peakMemoryBytes,
  readBytes,
  writtenBytes,
}: NonNullable<AttemptDetail['usage']>): Html {
  const disk = `${sizeText(readBytes)} read from disks, ${sizeText(writtenBytes)} written`;
  return html`<span title="time of processors and most memory at one time; ${disk}">used ${(cpuMs / 1000).toFixed(1)} s of CPU, ${sizeText(peakMemoryBytes)}</span>`;
}

function waitText({ notBeforeMs = 0 }: AttemptDetail, nowMs: number): Html {
  return notBeforeMs > nowMs
    ? html`tried again in ${durationText(notBeforeMs - nowMs)}`
    : html`waits for a free runner`;
}

function imageText({ name, id, digest, moved }: NonNullable<AttemptDetail['image']>): Html {
  const what = html`in <span title="${digest ?? id}">${isolated(name)} <code>${shortId({ id })}</code></span>`;
  return moved ? html`${what}, <b>not the image of the first attempt</b>` : what;
}

function stepsSummary(attempt: AttemptDetail): string {
  const total = attempt.steps.length;
  const done = attempt.steps.filter((step) => isFinal(step.status) && step.status !== 'skipped').length;
  const steps = total === 1 ? 'step' : 'steps';
  return done === total ? `${total} ${steps}` : `${done} of ${total} ${steps}`;
}
