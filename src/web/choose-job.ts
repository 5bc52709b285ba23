import type { JobDetail } from '../runs/history.ts';
import type { Status } from '../runs/run.ts';

/** What a reader came for, first: what broke, then what goes on, then what is about to. */
const interest: readonly Status[] = [
  'error',
  'failure',
  'running',
  'waiting',
  'cancelled',
  'success',
  'queued',
];

/** The job whose log is shown: the one asked for, else the most interesting one. */
export function chooseJob(jobs: readonly JobDetail[], askedId: string | undefined): JobDetail | undefined {
  const asked = jobs.find((job) => job.id === askedId);
  if (asked) return asked;
  const begun = jobs.filter((job) => job.attempts.length > 0);
  for (const status of interest) {
    // Of what is over and done, the last one is where the run ended.
    const found =
      status === 'success'
        ? begun.findLast((job) => job.status === status)
        : begun.find((job) => job.status === status);
    if (found) return found;
  }
  return begun[0] ?? jobs[0];
}
