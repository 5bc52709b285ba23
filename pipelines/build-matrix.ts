import {
  type Combination,
  combinationName,
  combinationsOf,
  matrixVariable,
  readMatrix,
  renderMatrix,
} from './matrix.ts';
import type { JobDefinition } from './pipeline.ts';

/** The jobs of a matrix that has no mistakes, one per combination. */
export function buildMatrix(job: JobDefinition, matrix: unknown): JobDefinition[] {
  const outline = readMatrix(matrix, []);
  return combinationsOf(outline).map((values) => combined(job, values, outline.failFast));
}

function combined(job: JobDefinition, values: Combination, failFast: boolean): JobDefinition {
  const render = (text: string) => renderMatrix(text, values);
  const renderAll = (variables: Record<string, string>) =>
    Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, render(value)]));
  const given = Object.entries(values).map(([axis, value]) => [matrixVariable(axis), value]);
  return {
    ...job,
    name: combinationName(job.name, values),
    matrix: { job: job.name, values, failFast },
    image: render(job.image),
    env: { ...Object.fromEntries(given), ...renderAll(job.env) },
    steps: job.steps.map((step) => ({ ...step, env: renderAll(step.env) })),
    ...cachesOf(job, render),
    artifacts: job.artifacts.map((artifact) => ({ ...artifact, name: render(artifact.name) })),
  };
}

function cachesOf(
  { caches }: JobDefinition,
  render: (text: string) => string,
): Pick<JobDefinition, 'caches'> {
  if (!caches) return {};
  return {
    caches: caches.map((cache) => ({
      ...cache,
      key: render(cache.key),
      fallback: cache.fallback.map(render),
    })),
  };
}
