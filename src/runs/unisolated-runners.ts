import type { RunDetail } from './history.ts';

/** The names of the runners on which attempts of the run had no container around them, each once. */
export function unisolatedRunners({ jobs }: Pick<RunDetail, 'jobs'>): string[] {
  const attempts = jobs.flatMap((job) => job.attempts);
  return [
    ...new Set(attempts.flatMap(({ isolation, runner }) => (isolation === 'none' ? [runner ?? '?'] : []))),
  ];
}
