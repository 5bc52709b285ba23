import type { Outline } from './outline.ts';
import type { Finding } from './source-map.ts';

const ofOneJob = [
  'steps',
  'artifacts',
  'reports',
  'secrets',
  'no_output_timeout',
  'resources',
  'network',
  'services',
  'cache',
];

/** Either `jobs`, or the keys of a single job at the top; and something that starts the pipeline at all. */
export function checkLayout({ keys, jobs, on }: Outline): Finding[] {
  const findings: Finding[] = [];
  if (keys.includes('jobs')) {
    for (const key of ofOneJob.filter((candidate) => keys.includes(candidate))) {
      const message = `"${key}" beside "jobs"`;
      const expected = key === 'steps' ? 'either steps or jobs' : `"${key}" inside the job it is meant for`;
      findings.push({ path: [key], atKey: true, message, expected });
    }
  } else if (!keys.includes('steps')) {
    findings.push({ path: [], message: 'no "steps" and no "jobs"', expected: 'steps, or jobs with steps' });
  }
  for (const job of jobs.filter((candidate) => !candidate.hasImage)) {
    const expected = 'image: the container image to run in, such as node:24, at the top or in the job';
    findings.push({ path: job.path, atKey: true, message: `no image for job "${job.name}"`, expected });
  }
  for (const { name, path } of jobs.filter((candidate) => !candidate.hasNetwork && candidate.hasServices)) {
    const message = `job "${name}" has services and no network to reach them over`;
    findings.push({ path: [...path, 'network'], message, expected: 'either services or network: none' });
  }
  if (on.given && on.push === 'none' && !on.others && on.schedules.length === 0) {
    findings.push({
      path: ['on'],
      atKey: true,
      message: 'no event starts this pipeline',
      expected: 'push, pull_request, merge_group, release, dispatch or schedule',
    });
  }
  return findings;
}
