import { html } from 'hono/html';
import { isHeldBack, namesOf, waitsAtGate } from '../runs/gate.ts';
import type { JobDetail, RunDetail } from '../runs/history.ts';
import type { Gate } from '../runs/run.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { shortCommit } from './reference-view.ts';
import { age, moment } from './time-view.ts';

/** What waits for somebody's yes or no, with a form for it: of a stranger's commit, or of each job that asks. */
export function approvalBoxes(run: RunDetail): Html {
  if (run.jobs.some(isHeldBack)) {
    return box(run, {
      id: 'approve-commit',
      title: html`Approve the commit of a fork?`,
      about: html`It gets no secrets and deploys nothing. Read ${shortCommit(run.sha)} before you say yes: its steps run here.`,
    });
  }
  return html`${run.jobs.filter(waitsAtGate).map((job) => jobBox(run, job))}`;
}

function jobBox(run: RunDetail, job: JobDetail): Html {
  const gate = job.gates?.at(-1);
  const { by = [], message } = job.approval ?? {};
  return box(run, {
    id: `approve-${job.id}`,
    job,
    title: html`Approve ${isolated(job.name)}?`,
    about: html`${message === undefined ? '' : html`${isolated(message)} `}Commit ${shortCommit(run.sha)}, pipeline <code>${run.pipeline.digest.slice(0, 12)}</code>.
${by.length === 0 ? '' : html`To be answered by ${isolated(namesOf(by))}.`}
${gate ? html`Ends as cancelled if nobody has by ${moment(gate.expiresAtMs)}.` : ''}`,
  });
}

/** A plain form, so that it works without a script. It names what the reader sees, and nothing else is approved. */
function box(
  run: RunDetail,
  { id, job, title, about }: { id: string; job?: JobDetail; title: Html; about: Html },
): Html {
  return html`<section class="reason approval s-waiting" id="${id}">
<h2>${title}</h2>
<p>${about}</p>
<form method="post" action="/runs/${run.id}/approve">
<input type="hidden" name="sha" value="${run.sha}">
<input type="hidden" name="digest" value="${run.pipeline.digest}">
${job ? html`<input type="hidden" name="job" value="${job.id}">` : nothing}
<input type="text" name="by" required maxlength="100" placeholder="Your name" aria-label="Your name" autocomplete="username">
<input type="text" name="comment" maxlength="1000" placeholder="Comment" aria-label="Comment">
<button>Approve</button>
<button formaction="/runs/${run.id}/reject">Reject</button>
</form>
</section>
`;
}

/** Who said what to a job, every time that somebody was asked. */
export function approvalHistory({ gates = [], status }: JobDetail, nowMs: number): Html {
  const told = gates.flatMap((gate, index) => {
    const line = gateLine(gate, index === gates.length - 1 && status === 'waiting', nowMs);
    return line ? [html`<li>${line}</li>`] : [];
  });
  return told.length === 0 ? nothing : html`<ul class="attempts">${told}</ul>`;
}

function gateLine({ decision, askedAtMs }: Gate, isOpen: boolean, nowMs: number): Html | undefined {
  if (isOpen) return undefined;
  if (!decision) return html`Asked for approval ${age(askedAtMs, nowMs)}; nobody answered`;
  const { verdict, by, atMs, comment, sha } = decision;
  const word = verdict === 'approved' ? 'Approved' : 'Rejected';
  return html`${word} by ${isolated(by)} ${age(atMs, nowMs)}, at ${shortCommit(sha)}${comment === undefined ? '' : html`: ${isolated(comment)}`}`;
}
