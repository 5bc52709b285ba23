import type { AccountProblem, Facts } from './account.ts';
import type { Effect } from './effect.ts';
import type { SeenJob, SeenRun } from './seen.ts';

/** What jobs and deployments did outside, held against what the history says of them. */
export function checkEffects({ runs, effects, hooks, allEffectsKnown }: Facts): AccountProblem[] {
  const byJob = Map.groupBy(effects, ({ jobId }) => jobId);
  const jobs = runs.flatMap((run) => run.jobs);
  const known = new Set(jobs.map(({ id }) => id));
  return [
    ...[...byJob].flatMap(([jobId, ofJob]) =>
      known.has(jobId) ? checkAttempts(jobId, ofJob) : [wrong(`job ${jobId} ran and is in no run`)],
    ),
    ...(allEffectsKnown ? jobs.flatMap((job) => checkSuccess(job, byJob.get(job.id) ?? [])) : []),
    ...runs.flatMap((run) => checkHooks(run, hooks)),
  ];
}

const wrong = (what: string): AccountProblem => ({ kind: 'wrong', what });
const double = (what: string): AccountProblem => ({ kind: 'double', what });

/** Each step of an attempt begins once, in one room; what an older attempt does, it does before a newer one begins. */
function checkAttempts(jobId: string, effects: readonly Effect[]): AccountProblem[] {
  const found: AccountProblem[] = [];
  const begun = new Set<string>();
  const rooms = new Map<number, string>();
  let newest = 0;
  for (const { type, attempt, roomId, step } of effects) {
    const at = `job ${jobId}, attempt ${attempt}, step ${step}`;
    if (type === 'begin' && begun.has(`${attempt}/${step}`)) found.push(double(`${at} was begun twice`));
    if (type === 'begin') begun.add(`${attempt}/${step}`);
    const room = rooms.get(attempt) ?? roomId;
    rooms.set(attempt, room);
    if (room !== roomId) found.push(double(`${at} ran in the rooms ${room} and ${roomId}`));
    if (attempt < newest) found.push(double(`${at}: "${type}" came when attempt ${newest} had begun`));
    newest = Math.max(newest, attempt);
  }
  return found;
}

/** A job is not called a success whose steps were not carried out. */
function checkSuccess(job: SeenJob, effects: readonly Effect[]): AccountProblem[] {
  if (job.kind !== 'build' || job.status !== 'success') return [];
  const last = job.attempts.at(-1);
  const ended = new Set(
    effects.filter(({ type, attempt }) => type === 'end' && attempt === last?.number).map(({ step }) => step),
  );
  const missing = (last?.steps ?? []).filter(({ index }) => !ended.has(index));
  return missing.map(({ index }) => wrong(`job ${job.id} is a success, and its step ${index} did not run`));
}

/** The hook of a deployment runs at most once, and once when the deployment succeeded. */
function checkHooks(run: SeenRun, hooks: readonly string[]): AccountProblem[] {
  return run.deployments.flatMap(({ externalId, status }) => {
    if (externalId === undefined) return [];
    const times = hooks.filter((id) => id === externalId).length;
    if (times > 1) return [double(`deployment ${externalId} of run ${run.id} ran its hook ${times} times`)];
    if (times === 0 && status === 'success') {
      return [wrong(`deployment ${externalId} of run ${run.id} is a success, and its hook never ran`)];
    }
    return [];
  });
}
