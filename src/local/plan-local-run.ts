import { matchTrigger } from '../../pipelines/match-trigger.ts';
import { languageOf } from '../../pipelines/parse-file.ts';
import { type Plan, planRun } from '../../pipelines/plan.ts';
import { isDeployStep } from '../../pipelines/travis/deploy-steps.ts';
import type { Change } from '../runs/change.ts';
import type { NewRun } from '../runs/create-run.ts';
import { type JobPolicy, refusedOf } from '../runs/job-policy.ts';
import { triggerOf } from '../runs/trigger-of.ts';
import { checkSecrets } from './choose-secrets.ts';
import { LocalRefusal } from './local-refusal.ts';
import { shownReference } from './make-change.ts';
import type { LocalPipeline } from './read-local-pipeline.ts';
import { type Selection, selectJobs } from './select-jobs.ts';

/**
 * The run of a working tree, planned as control would plan the run of its push, and what is to be said of it. That the
 * pipeline has no run for such a change keeps nobody from having one here. Pure; throws a `LocalRefusal` for what cannot
 * be carried out.
 */
export function planLocalRun(
  { file, digest, pipeline }: LocalPipeline,
  change: Change,
  options: {
    selection: Selection;
    secrets: Readonly<Record<string, string>>;
    policy: JobPolicy;
    runTimeoutMs?: number | undefined;
    nowMs: number;
    newId: () => string;
  },
): { created: Extract<NewRun, { plan: Plan }>; notes: string[] } {
  const { selection, secrets, policy, nowMs, newId } = options;
  const trigger = triggerOf(change);
  const match = matchTrigger(pipeline, trigger);
  const whole = planRun(pipeline, trigger);
  const built = languageOf(file) === 'travis' ? withoutDeploySteps(whole) : { plan: whole, notes: [] };
  const planned = selectJobs(built.plan, pipeline, selection);
  const timeoutMs = planned.timeoutMs ?? options.runTimeoutMs;
  const plan = { ...planned, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const asked = plan.jobs.filter(({ leftOut }) => !leftOut);
  const refused = asked.flatMap((job) => refusedOf(job, policy));
  if (refused.length > 0) throw new LocalRefusal('not-allowed', refused.join('\n'));
  checkSecrets(plan, secrets);
  const labelled = asked.flatMap((job) =>
    job.kind === 'build' && job.runsOn ? [`${job.name} wants a runner with ${job.runsOn.join(', ')}`] : [],
  );
  const created = {
    id: newId(),
    repository: change.repository,
    change,
    pipeline: { file, digest },
    deliveryId: 'local',
    correlationId: 'local',
    createdAtMs: nowMs,
    plan,
    jobIds: plan.jobs.map(() => newId()),
  };
  return {
    created,
    notes: [
      ...built.notes,
      ...(match.matched ? [] : [`${shownReference(change)} would make no run: ${match.reason}`]),
      ...labelled.map((text) => `${text}: it is carried out on this machine all the same`),
      ...asked.flatMap((job) =>
        job.approval ? [`${job.name} asks for an approval: whoever runs it here gives it`] : [],
      ),
      ...(change.fork ? ['the event is of a fork: no job is given a secret'] : []),
    ],
  };
}

/** In the language of Travis scripts that deploy are a part of the job: they stay where they are, as other deployments do. */
function withoutDeploySteps(plan: Plan): { plan: Plan; notes: string[] } {
  const notes: string[] = [];
  const jobs = plan.jobs.map((job) => {
    if (job.kind !== 'build' || !job.steps.some(isDeployStep)) return job;
    const left = job.steps.filter(isDeployStep).map(({ name }) => name);
    notes.push(`${job.name}: ${left.join(', ')} is left out: not from this machine`);
    return { ...job, steps: job.steps.filter((step) => !isDeployStep(step)) };
  });
  return { plan: { ...plan, jobs }, notes };
}
