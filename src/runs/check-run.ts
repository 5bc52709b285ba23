import type { Problem } from '../../pipelines/problem.ts';
import { isHeldBack, waitsForApproval } from './gate.ts';
import { isAllowedFailure, isFinal, type Job, type Run } from './run.ts';

/** What people may ask for by a button beside a check. */
export const checkActions = ['cancel', 'approve', 'reject'] as const;
export type CheckAction = (typeof checkActions)[number];

/**
 * A job of a run as a forge's check run has it, or the run itself where it came to no jobs. The words are GitHub's:
 * https://docs.github.com/en/rest/checks/runs
 */
export type CheckRun = {
  provider: string;
  repository: string;
  sha: string;
  name: string;
  /** The id of the job, or of the run. One check run stands for it through all of its attempts. */
  externalId: string;
  /** Empty where it is of a change that came to no run; then `deliveryId` says which delivery it came by. */
  runId: string;
  deliveryId?: string;
  state: 'queued' | 'in_progress' | CheckConclusion;
  title: string;
  startedAtMs?: number;
  finishedAtMs?: number;
  actions: readonly CheckAction[];
};

export type CheckConclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required';

/** What stands below a check's title. */
export type CheckReport = { summary: string; text: string; annotations: CheckAnnotation[] };
/** Without columns it is about the whole line, and without a title its message is that, too. */
export type CheckAnnotation = Pick<Problem, 'file' | 'line' | 'message'> &
  Partial<Pick<Problem, 'column' | 'endColumn' | 'expected'>> & { title?: string };

/**
 * All that is to be said of a run. One that came to no jobs is told under a name of its own: nobody knows which jobs it
 * would have had.
 */
export function checkRunsOf(run: Run): CheckRun[] {
  if (run.jobs.length > 0) return run.jobs.map((job) => checkOfJob(run, job));
  return [
    {
      ...placeOf(run, 'pipeline'),
      externalId: run.id,
      state: 'failure',
      title: shorten(run.reason?.message ?? 'This run could not be carried out'),
      finishedAtMs: run.finishedAtMs ?? run.createdAtMs,
      actions: [],
    },
  ];
}

function checkOfJob(run: Run, job: Job): CheckRun {
  const { startedAtMs, finishedAtMs } = job;
  const state = stateOf(job);
  const isOver = isFinal(job.status);
  return {
    ...placeOf(run, job.name),
    externalId: job.id,
    state,
    title: shorten(titleOf(job)),
    ...(isOver && startedAtMs !== undefined ? { startedAtMs } : {}),
    ...(isOver && finishedAtMs !== undefined ? { finishedAtMs } : {}),
    actions: state === 'action_required' ? ['approve', 'reject'] : isOver ? [] : ['cancel'],
  };
}

function placeOf({ change, repository, id }: Run, what: string) {
  const { provider, sha, event } = change;
  return { provider, repository, sha, name: `hookline / ${what}${asides[event]}`, runId: id };
}

/**
 * The newest check run of a name is the one that counts, so that a job which a pull request leaves out must not hide its
 * failure in the push of the same commit.
 */
const asides = {
  push: '',
  tag: ' (tag)',
  pull_request: ' (pr)',
  // A merge queue waits for the checks that its branch requires of pull requests.
  merge_group: ' (pr)',
  release: ' (release)',
  dispatch: ' (dispatch)',
  schedule: ' (schedule)',
} as const;

/** Whether a check of that name would be one of ours, of a run of that event. */
export function checkNameFits(name: string, event: Run['change']['event']): boolean {
  if (!name.startsWith('hookline / ')) return false;
  const others = Object.values(asides).filter((aside) => aside !== '' && name.endsWith(aside));
  return asides[event] === '' ? others.length === 0 : name.endsWith(asides[event]);
}

const timeouts: ReadonlySet<string> = new Set(['job-timeout', 'step-timeout', 'run-timeout', 'no-output']);

function stateOf(job: Job): CheckRun['state'] {
  switch (job.status) {
    case 'queued':
      return 'queued';
    case 'waiting':
      return waitsForApproval(job) ? 'action_required' : 'queued';
    case 'running':
      return 'in_progress';
    case 'success':
    case 'cancelled':
    case 'skipped':
      return job.status;
    case 'failure':
      if (isAllowedFailure(job)) return 'neutral';
      return timeouts.has(job.reason?.code ?? '') ? 'timed_out' : 'failure';
    case 'error':
      return 'failure';
  }
}

function titleOf(job: Job): string {
  const why = job.reason ? `: ${job.reason.message}` : '';
  switch (job.status) {
    case 'queued':
      return job.attempt && job.attempt.number > 1 ? `Queued, attempt ${job.attempt.number}` : 'Queued';
    case 'waiting':
      return isHeldBack(job) ? 'Waits for approval of this commit' : (job.reason?.message ?? 'Waits');
    case 'running':
      return job.attempt && job.attempt.number > 1 ? `Running, attempt ${job.attempt.number}` : 'Running';
    case 'success':
      return 'Succeeded';
    case 'failure':
      return isAllowedFailure(job) ? `Failed, as it may${why}` : `Failed${why}`;
    case 'error':
      return `Could not be carried out${why}`;
    case 'cancelled':
      return `Cancelled${why}`;
    case 'skipped':
      return `Skipped${why}`;
  }
}

/** One line of a list. */
const longestTitle = 140;

function shorten(text: string): string {
  const line = text.toWellFormed().replaceAll(/\s+/g, ' ');
  if (line.length <= longestTitle) return line;
  return `${line
    .slice(0, longestTitle - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}
