import { nearestTo } from './nearest.ts';
import type { JobOutline, Named, Outline } from './outline.ts';
import type { Finding } from './source-map.ts';
import { quote } from './yaml-path.ts';

/** A job that needs more jobs that do not exist is no person's mistake. */
const mostUnknownNeeds = 20;

/** Every needed job exists, is not the job itself, and no job waits for itself through others. */
export function checkNeeds({ jobs }: Outline): Finding[] {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  return [...jobs.flatMap((job) => unknownNeeds(job, byName)), ...cycles(jobs, byName)];
}

function unknownNeeds(job: JobOutline, byName: ReadonlyMap<string, JobOutline>): Finding[] {
  return job.needs
    .filter((need) => !byName.has(need.name))
    .slice(0, mostUnknownNeeds)
    .map((need) => {
      const others = [...byName.keys()].filter((name) => name !== job.name);
      const nearest = nearestTo(need.name, others);
      const expected =
        nearest !== undefined
          ? `did you mean "${nearest}"?`
          : others.length === 0
            ? 'no needs: there is no other job'
            : `one of ${others.slice(0, 10).join(', ')}`;
      return { path: need.path, message: `no job is called ${quote(need.name)}`, expected };
    });
}

/** Depth first, each job once: one finding per edge that closes a cycle. */
function cycles(jobs: readonly JobOutline[], byName: ReadonlyMap<string, JobOutline>): Finding[] {
  const findings: Finding[] = [];
  const done = new Set<string>();
  const trail: string[] = [];

  function visit(job: JobOutline): void {
    if (done.has(job.name)) return;
    trail.push(job.name);
    for (const need of job.needs) {
      const start = trail.indexOf(need.name);
      const next = byName.get(need.name);
      if (start >= 0) findings.push(closing(need, trail.slice(start)));
      else if (next !== undefined) visit(next);
    }
    trail.pop();
    done.add(job.name);
  }

  for (const job of jobs) visit(job);
  return findings;
}

function closing(need: Named, names: readonly string[]): Finding {
  const message = `jobs wait for each other: ${[...names, need.name].join(' needs ')}`;
  return { path: need.path, message, expected: 'needs without a cycle: remove one of them' };
}
