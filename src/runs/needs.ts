import { neededAs } from '../../pipelines/plan.ts';
import type { Reason } from '../contract/job-event.ts';
import { countedStatus, isFinal, type Job } from './run.ts';

/** The jobs of a run under the names by which others need them. */
export type JobsNamed = ReadonlyMap<string, readonly Job[]>;

export function jobsNamed(jobs: readonly Job[]): JobsNamed {
  return Map.groupBy(jobs, ({ plan }) => neededAs(plan));
}

/** Whether it is time for a job by what became of those that it needs, or why it never will be. */
export function turnOf(job: Job, named: JobsNamed): 'now' | 'later' | Reason {
  const { plan } = job;
  const when = plan.kind === 'build' ? plan.when : undefined;
  if (when === undefined) return afterSuccess(job, named);
  const hasEnded = plan.needs.every((name) => (named.get(name) ?? []).every(({ status }) => isFinal(status)));
  if (!hasEnded) return 'later';
  if (when === 'always' || failedBefore(job, named)) return 'now';
  return { code: 'when', message: 'nothing that it needs has failed, and it says when: failure' };
}

function afterSuccess({ plan }: Job, named: JobsNamed): 'now' | 'later' | Reason {
  const states = plan.needs.map((name) => stateOf(named.get(name) ?? []));
  const unmet = states.find((state) => typeof state === 'object');
  if (unmet) return { code: 'needs', message: unmet.why };
  return states.includes('pending') ? 'later' : 'now';
}

/** Whether the jobs of one name are all that they are needed for, may still be, or why they never will be. */
function stateOf(jobs: readonly Job[]): 'met' | 'pending' | { why: string } {
  if (jobs.length === 0) return { why: 'a job that it needs is not in the run' };
  // What has no place in this run is missed by nobody.
  const wanted = jobs.filter(({ plan }) => !plan.leftOut);
  const missed = wanted.find((job) => isFinal(job.status) && countedStatus(job) !== 'success');
  if (missed) return { why: `job "${missed.name}" ${endOf(missed)}` };
  return wanted.every((job) => isFinal(job.status)) ? 'met' : 'pending';
}

function endOf({ status, reason }: Job): string {
  const told = ['rejected', 'approval-expired', 'superseded', 'when'].includes(reason?.code ?? '');
  return told ? `ended as ${status}: ${reason?.message}` : `ended as ${status}`;
}

/** Something among its needs went wrong, or was skipped because something before it did. */
function failedBefore({ plan }: Job, named: JobsNamed): boolean {
  return plan.needs
    .flatMap((name) => named.get(name) ?? [])
    .some((job) => {
      const status = countedStatus(job);
      if (status === 'failure' || status === 'error') return true;
      return status === 'skipped' && job.reason?.code === 'needs' && failedBefore(job, named);
    });
}
