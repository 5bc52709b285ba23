import { html } from 'hono/html';
import type { AttemptDetail, JobDetail } from '../runs/history.ts';
import { isFinal } from '../runs/run.ts';
import { type Html, isolated } from './html-text.ts';
import { sizeText } from './size-text.ts';
import { dayText } from './time-view.ts';

/** Browsers without scripts get the whole log as text behind a link; the others get it here, as it comes. */
export function logPanel(job: JobDetail): Html {
  const attempt = job.attempts.at(-1);
  const textHref = `/api/v1/jobs/${job.id}/log`;
  return html`<section class="log" id="log" aria-label="Log" data-job="${job.id}">
<div id="log-facts" data-live data-job="${job.id}" data-attempt="${attempt?.number ?? 0}" data-lines="${attempt?.log?.lines ?? ''}"${isFinal(job.status) ? html` data-final="${job.status}"` : ''} data-steps="${JSON.stringify(stepFacts(attempt))}">
<h2>${isolated(job.name)} <span class="log-size">${logSize(attempt)}</span></h2>
</div>
<div class="log-tools">
<span id="log-state" role="status"></span>
<button type="button" id="log-times" aria-pressed="false" hidden>Times</button>
<button type="button" id="log-follow" aria-pressed="false" hidden>Follow</button>
${attempt ? html`<a class="button" href="${textHref}">Open as text</a>` : ''}
</div>
<div id="log-lines" role="log" aria-live="off" aria-label="Log of ${job.name}" tabindex="0"><p class="log-note">${attempt ? html`<noscript>The log is shown here with JavaScript. Without it: <a href="${textHref}">the log as text</a>.</noscript>` : waitText(job)}</p></div>
</section>`;
}

function waitText(job: JobDetail): string {
  return isFinal(job.status)
    ? 'This job never began, so it has no log.'
    : 'This job has not begun. Its log appears here when it does.';
}

function logSize(attempt: AttemptDetail | undefined): string {
  if (attempt?.logRemoved) return `removed by policy on ${dayText(attempt.logRemoved.atMs)}`;
  if (!attempt?.log) return '';
  const { lines, bytes, cut } = attempt.log;
  const counted = lines === 1 ? '1 line' : `${lines.toLocaleString('en')} lines`;
  return `${counted}, ${sizeText(bytes)}${cut ? ', cut at its limit' : ''}`;
}

type StepFact = { index: number; name: string; status: string; allowed?: true };

/** What the headings within the log say. Names are cut: they are shown whole in the list of steps. */
function stepFacts(attempt: AttemptDetail | undefined): StepFact[] {
  return (attempt?.steps ?? []).map(({ index, name, status, allowed }) => ({
    index,
    name: name.slice(0, 120),
    status,
    ...(allowed ? { allowed } : {}),
  }));
}
