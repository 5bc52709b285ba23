import type { History, JobDetail } from './history.ts';
import { whyNobodyTakes } from './runner-condition.ts';
import type { RunnerRegistry } from './runner-registry.ts';

/**
 * A history that says of a job that nobody takes why that is so. Who is there changes without the run: it is looked up
 * when somebody asks.
 */
export function tellAwaitedRunners(
  history: History,
  registry: Pick<RunnerRegistry, 'list'>,
  now: () => number,
): History {
  return {
    ...history,
    async run(id) {
      const run = await history.run(id);
      if (!run?.jobs.some(waitsForRunner)) return run;
      const known = await registry.list();
      const told = (job: JobDetail): JobDetail => {
        if (!waitsForRunner(job)) return job;
        const kind = job.kind === 'deploy' ? 'deployments' : 'jobs';
        const message = whyNobodyTakes({ kind, labels: job.runsOn ?? [] }, known, now());
        return message === undefined ? job : { ...job, reason: { code: 'no-runner', message } };
      };
      return { ...run, jobs: run.jobs.map(told) };
    },
  };
}

/** One that lost its runner keeps that for its reason. */
function waitsForRunner({ status, reason, attempts }: JobDetail): boolean {
  return status === 'queued' && reason === undefined && attempts.at(-1)?.status === 'queued';
}
