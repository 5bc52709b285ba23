import type { JobEvent } from '../../contract/job-event.ts';
import { isFinal, type Job, type Run } from '../../runs/run.ts';
import { plainText } from './paint.ts';
import { testLines } from './test-lines.ts';
import type { View, ViewEvent } from './view-event.ts';
import { endText, tookText } from './words.ts';

type PlainState = { run?: Run; startedAtMs: ReadonlyMap<string, number> };

/** For files, pipes and CI: each line once, with the name of its job, as soon as it is there. */
export const plainView: View<PlainState> = {
  initial: { startedAtMs: new Map() },
  next(state, event) {
    switch (event.type) {
      case 'note':
        return { state, print: [plainText(event.text)] };
      case 'run':
        return { state: { ...state, run: event.run }, print: ended(state.run, event.run) };
      case 'lines': {
        const name = nameOf(state, event.jobId);
        return { state, print: event.lines.map(({ text }) => `${name} | ${plainText(text)}`) };
      }
      case 'job':
        return ofJob(state, event);
    }
  },
  live: () => [],
};

function ofJob(state: PlainState, { jobId, event }: Extract<ViewEvent, { type: 'job' }>) {
  const name = nameOf(state, jobId);
  if (event.type === 'step.started') {
    const startedAtMs = new Map(state.startedAtMs).set(jobId, event.at);
    return { state: { ...state, startedAtMs }, print: [`${name} > ${plainText(event.name)}`] };
  }
  if (event.type === 'reports.read') return { state, print: failedTests(name, event) };
  if (event.type !== 'step.finished') return { state, print: [] };
  const took = tookText(event.at - (state.startedAtMs.get(jobId) ?? event.at));
  return { state, print: [`${name} > ${stepEnd(event)} in ${took}`] };
}

/** The totals are a line of the log, which is printed as such. */
function failedTests(job: string, event: Extract<JobEvent, { type: 'reports.read' }>): string[] {
  const { tests, more } = testLines(event);
  return [
    ...tests.flatMap(({ title, message }) => [
      `${job} > failed: ${title}`,
      ...message.map((line) => `${job} >   ${line}`),
    ]),
    ...(more > 0 ? [`${job} > and ${more} more`] : []),
  ];
}

function stepEnd({ outcome, message, allowed }: Extract<JobEvent, { type: 'step.finished' }>): string {
  // Its last lines, which follow, have been printed already.
  const [why] = (message ?? '').split('\n');
  return `${outcome}${allowed ? ', which is allowed' : ''}${why ? ` (${plainText(why)})` : ''}`;
}

function ended(before: Run | undefined, after: Run): string[] {
  return endedJobs(before, after).map((job) => `${job.name}: ${plainText(endText(job))}`);
}

/** Those that have come to their end since the last state. */
export function endedJobs(before: Run | undefined, after: Run): Job[] {
  return after.jobs.filter(
    (job, index) => isFinal(job.status) && !isFinal(before?.jobs[index]?.status ?? 'queued'),
  );
}

function nameOf({ run }: PlainState, jobId: string): string {
  return run?.jobs.find(({ id }) => id === jobId)?.name ?? jobId;
}
