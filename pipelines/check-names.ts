import type { JobOutline, Named, Outline } from './outline.ts';
import type { Finding, SourceMap } from './source-map.ts';
import { quote } from './yaml-path.ts';

/** Names that must differ do, and no variable has two values. */
export function checkNames(outline: Outline, map: SourceMap): Finding[] {
  return [
    ...outline.jobs.flatMap((job) => checkJob(job, map)),
    ...outline.deploys.flatMap((deploy) => repeated(deploy.secrets, 'secret', map)),
  ];
}

function checkJob(job: JobOutline, map: SourceMap): Finding[] {
  const stepNames = job.steps.flatMap((step) => step.name ?? []);
  return [
    ...repeated(job.needs, 'needed job', map),
    ...repeated(job.secrets, 'secret', map),
    ...repeated(job.artifacts, 'artifact', map),
    // Steps are told apart by their number; two of one name only puzzle the reader of a log.
    ...repeated(stepNames, 'step', map).map((finding): Finding => ({ ...finding, severity: 'warning' })),
    ...shadowed(job, map),
  ];
}

function repeated(names: readonly Named[], what: string, map: SourceMap): Finding[] {
  const first = new Map<string, Named>();
  const findings: Finding[] = [];
  for (const named of names) {
    const earlier = first.get(named.name);
    if (earlier === undefined) first.set(named.name, named);
    else {
      const message = `${what} ${quote(named.name)} is already on line ${map.lineOf(earlier.path)}`;
      findings.push({ path: named.path, message, expected: 'each name once' });
    }
  }
  return findings;
}

/** A secret and a variable of one job under one name: nobody can tell which is meant. */
function shadowed(job: JobOutline, map: SourceMap): Finding[] {
  const variables = new Map(job.variables.map((variable) => [variable.name, variable]));
  return job.secrets.flatMap((secret) => {
    const variable = variables.get(secret.name);
    if (variable === undefined) return [];
    const message = `secret ${quote(secret.name)} is also in env on line ${map.lineOf(variable.path)}`;
    return [{ path: secret.path, message, expected: 'either the secret or the variable' }];
  });
}
