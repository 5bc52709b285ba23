import { nearestTo } from '../../pipelines/nearest.ts';
import type { Pipeline } from '../../pipelines/pipeline.ts';
import { type BuildPlan, type JobPlan, neededAs, type Plan } from '../../pipelines/plan.ts';
import { LocalRefusal } from './local-refusal.ts';

/** What of a run is asked for; empty lists ask for all of it. */
export type Selection = {
  /** Names of jobs; that of a job with a matrix is all of its combinations. */
  jobs: readonly string[];
  /** Names of steps, or their numbers from 1. */
  steps: readonly string[];
  /** `axis=value`: of jobs that have the axis, only those combinations. */
  matrix: readonly string[];
};

/**
 * The plan of what is asked for: other jobs are left out, and with them all deployments, for what may be deployed is not
 * this machine's to say. Jobs whose own conditions leave them out stay left out. Pure; throws a `LocalRefusal` that names
 * what there is when something that was asked for is not.
 */
export function selectJobs(plan: Plan, pipeline: Pipeline, selection: Selection): Plan {
  const lines = new Map([
    ...pipeline.jobs.map(({ name, line }) => [name, line] as const),
    ...pipeline.deploys.map(({ environment, line }) => [`deploy ${environment}`, line] as const),
  ]);
  const leave = <Job extends JobPlan>(job: Job, why: string): Job =>
    job.leftOut ? job : { ...job, leftOut: { why, line: lines.get(job.name) ?? 1 } };
  const builds = plan.jobs.filter((job) => job.kind === 'build');
  checkNames(selection, builds);
  const jobs = plan.jobs.map((job): JobPlan => {
    if (job.kind === 'deploy') return leave(job, 'not from this machine');
    const unasked = whyUnasked(job, selection);
    return unasked === undefined ? asAsked(job, selection) : leave(job, unasked);
  });
  return { ...plan, jobs };
}

function whyUnasked(job: BuildPlan, { jobs, steps, matrix }: Selection): string | undefined {
  if (jobs.length > 0 && !jobs.includes(job.name) && !jobs.includes(neededAs(job))) return 'not asked for';
  const values = job.matrix?.values ?? {};
  const unmet = matrix
    .map(pairOf)
    .find(([axis, value]) => values[axis] !== undefined && values[axis] !== value);
  if (unmet) return `not asked for (--matrix ${unmet.join('=')})`;
  if (steps.length > 0 && !job.steps.some((_, index) => isAsked(job, index, steps))) {
    return `has no step ${steps.join(', ')}`;
  }
  return undefined;
}

/** A job that was asked for by name has its turn whatever became of others. */
function asAsked(job: BuildPlan, { jobs, steps: asked }: Selection): BuildPlan {
  const steps = asked.length === 0 ? job.steps : job.steps.filter((_, index) => isAsked(job, index, asked));
  const { when, ...rest } = job;
  return { ...rest, ...(when === undefined || jobs.length > 0 ? {} : { when }), steps };
}

function isAsked({ steps }: BuildPlan, index: number, asked: readonly string[]): boolean {
  return asked.some((each) => each === steps[index]?.name || each === String(index + 1));
}

function checkNames({ jobs, steps, matrix }: Selection, builds: readonly BuildPlan[]): void {
  const names = new Set(builds.flatMap((job) => [neededAs(job), job.name]));
  for (const job of jobs) if (!names.has(job)) throw unknown('job', job, [...names]);
  const asked = builds.filter(
    (job) => jobs.length === 0 || jobs.includes(job.name) || jobs.includes(neededAs(job)),
  );
  for (const step of steps) {
    if (asked.some((job) => job.steps.some((_, index) => isAsked(job, index, [step])))) continue;
    throw unknown('step', step, [...new Set(asked.flatMap((job) => job.steps.map(({ name }) => name)))]);
  }
  for (const pair of matrix) {
    const [axis, value] = pairOf(pair);
    const there = [...new Set(asked.flatMap((job) => job.matrix?.values[axis] ?? []))];
    if (!there.includes(value))
      throw unknown(
        'matrix value',
        pair,
        there.map((each) => `${axis}=${each}`),
      );
  }
}

function pairOf(text: string): [axis: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new LocalRefusal('usage', `--matrix ${text} names no value; wanted: axis=value`);
}

function unknown(kind: string, name: string, there: readonly string[]): LocalRefusal {
  const guess = nearestTo(name, there);
  const hint = guess === undefined ? '' : `; did you mean "${guess}"?`;
  const list =
    there.length === 0 ? 'there is none' : `there is ${there.map((each) => `"${each}"`).join(', ')}`;
  return new LocalRefusal('unknown-name', `there is no ${kind} "${name}": ${list}${hint}`);
}
