import { isHeldBack, waitsAtGate } from './gate.ts';
import { waitsForGroup } from './group.ts';
import type { Run } from './run.ts';

/** The state of a run as a forge's commit status has it; each forge maps it to its own words at its edge. */
export type CommitStatus = {
  provider: string;
  repository: string;
  sha: string;
  /** One name per kind of event, so that the runs of a push and of a pull request on one commit stand apart. */
  context: string;
  state: 'pending' | 'success' | 'failure' | 'error';
  description: string;
  /** Empty where it is of a change that came to no run; then `deliveryId` says which delivery it came by. */
  runId: string;
  deliveryId?: string;
};

/** Providers that have commit statuses; CodeCommit has none among its API's operations. */
const withStatuses: ReadonlySet<Run['change']['provider']> = new Set(['github']);

export function hasCommitStatuses(run: Run): boolean {
  return withStatuses.has(run.change.provider);
}

/** GitHub refuses a longer description (422 "description is too long (maximum is 140 characters)"). */
const maxDescription = 140;

export function commitStatus(run: Run): CommitStatus {
  const { state, description } = describe(run);
  return {
    provider: run.change.provider,
    repository: run.repository,
    sha: run.change.sha,
    context: contextOf(run.change.event),
    state,
    description: shortDescription(description),
    runId: run.id,
  };
}

const contexts = {
  push: 'hookline/push',
  tag: 'hookline/tag',
  pull_request: 'hookline/pr',
  // A merge queue waits for the contexts that its branch requires of pull requests.
  merge_group: 'hookline/pr',
  release: 'hookline/release',
  dispatch: 'hookline/dispatch',
  schedule: 'hookline/schedule',
} as const;

export function contextOf(event: Run['change']['event']): string {
  return contexts[event];
}

function describe(run: Run): Pick<CommitStatus, 'state' | 'description'> {
  const why = run.reason ? `: ${run.reason.message}` : '';
  switch (run.status) {
    case 'queued':
      return { state: 'pending', description: `Run #${run.number} is queued` };
    case 'waiting':
      return { state: 'pending', description: `Run #${run.number} waits for ${awaited(run)}` };
    case 'running':
      return { state: 'pending', description: `Run #${run.number} is running` };
    case 'success':
      return { state: 'success', description: `Run #${run.number} succeeded${tookText(run)}${aside(run)}` };
    case 'skipped':
      return { state: 'success', description: `Run #${run.number} had nothing to do${why}` };
    case 'failure':
      return { state: 'failure', description: `Run #${run.number} failed${why}` };
    case 'error':
      return { state: 'error', description: `Run #${run.number} could not be carried out${why}` };
    case 'cancelled':
      return { state: 'error', description: `Run #${run.number} was cancelled${why}` };
  }
}

function awaited({ jobs }: Run): string {
  if (jobs.some(isHeldBack)) return 'approval';
  const gated = jobs.filter(waitsAtGate).map(({ name }) => name);
  if (gated.length > 0) return `approval of ${gated.join(', ')}`;
  const group = jobs.find(waitsForGroup)?.plan.group;
  return group === undefined ? 'approval' : `its turn in group "${group}"`;
}

/** A success with a reason is one that something is to be said about, such as a failure that was allowed. */
function aside({ reason }: Run): string {
  return reason ? `, ${reason.message}` : '';
}

function tookText(run: Run): string {
  if (run.finishedAtMs === undefined || run.startedAtMs === undefined) return '';
  const seconds = Math.max(1, Math.round((run.finishedAtMs - run.startedAtMs) / 1000));
  return seconds < 60 ? ` in ${seconds} s` : ` in ${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** On one line, cut to what GitHub takes. */
export function shortDescription(text: string): string {
  const line = text.toWellFormed().replaceAll(/\s+/g, ' ');
  if (line.length <= maxDescription) return line;
  // The cut may fall into a pair of surrogates; half of one is no character.
  const kept = line.slice(0, maxDescription - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}…`;
}
