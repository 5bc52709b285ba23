import type { JobPlan } from '../../pipelines/plan.ts';

/** The labels that the runner of a job must have, sorted; those of a deployment are none. */
export function labelsOf(plan: JobPlan): readonly string[] {
  return plan.kind === 'build' ? (plan.runsOn ?? []) : [];
}

/** Those of them that a runner with these labels lacks. */
export function lackedLabels(plan: JobPlan, labels: readonly string[]): string[] {
  return labelsOf(plan).filter((label) => !labels.includes(label));
}
