import { html } from 'hono/html';
import type { Problem } from '../../pipelines/problem.ts';
import type { Reason } from '../contract/job-event.ts';
import type { Status } from '../runs/run.ts';
import { type Html, isolated } from './html-text.ts';
import { keyLink } from './key-link.ts';

const headings: Readonly<Partial<Record<Status, string>>> = {
  queued: 'Why it is queued',
  waiting: 'What it waits for',
  success: 'What did not count',
  failure: 'Why it failed',
  error: 'What went wrong',
  cancelled: 'Why it was cancelled',
  skipped: 'Why it was skipped',
};

/** `file:line:column message`, as mistakes in a pipeline are told, one on each line. */
const mistakePattern = /^(\S+:\d+:\d+):?\s+(.*)$/;

/** Why something is as it is, in full: the first thing to read on the page of a run that failed. */
export function reasonBox(reason: Reason, status: Status, problems: readonly Problem[] = []): Html {
  const lines = reason.message.split('\n').filter((line) => line.trim() !== '');
  const heading =
    reason.code === 'pipeline' ? mistakesHeading(problems.length || lines.length) : headings[status];
  return html`<section class="reason s-${status}">
<h2>${heading ?? 'Reason'} <code>${reason.code}</code></h2>
<ul>${problems.length > 0 ? problems.map(mistake) : lines.map((line) => html`<li>${placed(line)}</li>`)}</ul>
</section>`;
}

function mistake(problem: Problem): Html {
  const { file, line, column, message, expected } = problem;
  const place = html`<code class="place">${isolated(`${file}:${line}:${column}`)}</code>`;
  return html`<li>${place} ${isolated(`${message}; ${expected}`)}${keyLink(problem)}</li>`;
}

function mistakesHeading(count: number): string {
  return count === 1 ? 'A mistake in the pipeline file' : `${count} mistakes in the pipeline file`;
}

function placed(line: string): Html {
  const [, place, message] = mistakePattern.exec(line) ?? [];
  return place === undefined || message === undefined
    ? isolated(line)
    : html`<code class="place">${isolated(place)}</code> ${isolated(message)}`;
}
