import type { Outline } from './outline.ts';
import type { Finding } from './source-map.ts';

/** A job that waits for a failure waits for one of jobs that it names. */
export function checkConditions({ jobs }: Outline): Finding[] {
  return jobs.flatMap(({ name, when, needs }): Finding[] => {
    if (when?.name !== 'failure' || needs.length > 0) return [];
    const message = `job "${name}" is for failures, and needs no job that could fail`;
    return [{ path: when.path, message, expected: 'needs, with the jobs whose failure is meant' }];
  });
}
