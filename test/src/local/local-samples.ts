import { parsePipeline } from '../../../pipelines/parse-pipeline.ts';
import { planRun } from '../../../pipelines/plan.ts';
import { createRun } from '../../../src/runs/create-run.ts';
import { triggerOf } from '../../../src/runs/trigger-of.ts';
import { sampleChange } from '../runs/sample-run.ts';

export function parsed(text: string) {
  const result = parsePipeline(text, '.hookline.yml');
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

export function planned(text: string) {
  const { pipeline } = parsed(text);
  return { pipeline, plan: planRun(pipeline, triggerOf(sampleChange())) };
}

/** The run of a pipeline before anything of it has begun. Its jobs have the ids `job-0`, `job-1`, … */
export function newRun(text: string, change = sampleChange()) {
  const { pipeline, digest } = parsed(text);
  const plan = planRun(pipeline, triggerOf(change));
  return {
    id: 'run',
    repository: change.repository,
    change,
    pipeline: { file: '.hookline.yml', digest },
    deliveryId: 'local',
    correlationId: 'local',
    createdAtMs: 0,
    plan,
    jobIds: plan.jobs.map((_, index) => `job-${index}`),
  };
}

export const firstState = (text: string) => createRun(newRun(text), 1).run;
