import { type MatrixOutline, readMatrix } from './matrix.ts';
import { nearestTo } from './nearest.ts';
import type { YamlPath } from './yaml-path.ts';

/** A name where it stands. */
export type Named = { name: string; path: YamlPath };

export type JobOutline = Named & {
  hasImage: boolean;
  allowsFailure: boolean;
  hasNetwork: boolean;
  hasServices: boolean;
  group: Named | undefined;
  /** What of its needs it is there for, as far as that is said. */
  when: Named | undefined;
  matrix: MatrixOutline | undefined;
  /** Texts in which placeholders may stand. */
  templates: Template[];
  needs: Named[];
  secrets: Named[];
  variables: Named[];
  artifacts: (Named & { format?: string })[];
  steps: { name: Named | undefined; variables: Named[]; path: YamlPath }[];
};

export type Template = { kind: 'image' | 'artifact' | 'variable'; text: string; path: YamlPath };

export type DeployOutline = Named & {
  artifact: Named | undefined;
  group: Named | undefined;
  secrets: Named[];
  targets: string[];
  /** Template of the bundle's key, or of what the keys of its files begin with. */
  key: Named | undefined;
  hasBranches: boolean;
  hasTags: boolean;
  onSchedule: boolean;
};

/**
 * The names of a pipeline file and where they stand, as far as they can be made out. The checks that need
 * more than one place of the file work on this, so that they have their say in a file whose shape is wrong
 * elsewhere: a person wants all mistakes at once.
 */
export type Outline = {
  /** Top-level keys that are there. */
  keys: string[];
  variables: Named[];
  /** Of the variables of the pipeline. */
  templates: Template[];
  jobs: JobOutline[];
  deploys: DeployOutline[];
  on: {
    /** There is an `on`, and it is a mapping. */
    given: boolean;
    /** `all`: every branch and no tag. */
    push: 'none' | 'all' | { branches: boolean; tags: boolean };
    pullRequest: boolean;
    /** Anything but pushes and schedules. */
    others: boolean;
    /** Equal ones have equal keys. */
    schedules: { path: YamlPath; cron: string; key: string }[];
  };
};

/** The job that top-level `steps` make. */
export const shorthandJob = 'build';

export function outlineOf(value: unknown): Outline {
  const root = mapAt(value);
  const jobs =
    root['jobs'] === undefined && root['steps'] !== undefined
      ? [outlineJob(shorthandJob, value, [], root['image'] !== undefined)]
      : Object.entries(mapAt(root['jobs'])).map(([name, job]) =>
          outlineJob(name, job, ['jobs', name], root['image'] !== undefined),
        );
  return {
    keys: Object.keys(root),
    variables: keysAt(root['env'], ['env']),
    templates: templatesOf('variable', root['env'], ['env']),
    jobs,
    deploys: Object.entries(mapAt(root['deploy'])).map(([name, deploy]) => outlineDeploy(name, deploy)),
    on: {
      given: isMap(root['on']),
      push: pushOf(root['on']),
      pullRequest: has(root['on'], 'pull_request'),
      others: ['pull_request', 'merge_group', 'release', 'dispatch'].some((event) => has(root['on'], event)),
      schedules: schedulesOf(mapAt(root['on'])['schedule']),
    },
  };
}

function outlineJob(name: string, value: unknown, path: YamlPath, defaultImage: boolean): JobOutline {
  const job = mapAt(value);
  return {
    name,
    path,
    // What is no mapping at all is told as that.
    hasImage: defaultImage || job['image'] !== undefined || !isMap(value),
    group: path.length === 0 ? undefined : groupOf(job, path),
    when: whenOf(job, path),
    allowsFailure: job['allow_failure'] === true,
    hasNetwork: job['network'] !== 'none',
    hasServices: Object.keys(mapAt(job['services'])).length > 0,
    needs: textsAt(job['needs'], [...path, 'needs']),
    secrets: textsAt(job['secrets'], [...path, 'secrets']),
    // For a shorthand job the variables at the top are the pipeline's.
    variables: path.length === 0 ? [] : keysAt(job['env'], [...path, 'env']),
    artifacts: listAt(job['artifacts']).flatMap((artifact, index) =>
      textsAt(mapAt(artifact)['name'], [...path, 'artifacts', index, 'name']).map((named) => {
        const { format } = mapAt(artifact);
        return typeof format === 'string' ? { ...named, format } : named;
      }),
    ),
    matrix:
      path.length > 0 && isMap(job['matrix']) ? readMatrix(job['matrix'], [...path, 'matrix']) : undefined,
    templates: jobTemplates(job, path),
    steps: listAt(job['steps']).map((value, index) => {
      const [step, stepPath] = [mapAt(value), [...path, 'steps', index]];
      const [stepName] = textsAt(step['name'], [...stepPath, 'name']);
      return { name: stepName, variables: keysAt(step['env'], [...stepPath, 'env']), path: stepPath };
    }),
  };
}

function groupOf(value: Record<string, unknown>, path: YamlPath): Named | undefined {
  return textsAt(mapAt(value['concurrency'])['group'], [...path, 'concurrency', 'group'])[0];
}

function whenOf({ when }: Record<string, unknown>, path: YamlPath): Named | undefined {
  const [named] = textsAt(when, [...path, 'when']);
  return named ?? textsAt(mapAt(when)['status'], [...path, 'when', 'status'])[0];
}

function jobTemplates(job: Record<string, unknown>, path: YamlPath): Template[] {
  return [
    ...templatesOf('image', { image: job['image'] }, path),
    ...(path.length === 0 ? [] : templatesOf('variable', job['env'], [...path, 'env'])),
    ...listAt(job['artifacts']).flatMap((artifact, index) =>
      templatesOf('artifact', { name: mapAt(artifact)['name'] }, [...path, 'artifacts', index]),
    ),
    ...listAt(job['cache']).flatMap((cache, index) => {
      const { key, fallback } = mapAt(cache);
      const beginnings = typeof fallback === 'string' ? { fallback } : undefined;
      return [
        ...templatesOf('variable', { key, ...beginnings }, [...path, 'cache', index]),
        ...listAt(fallback).flatMap((text, at) =>
          templatesOf('variable', { [at]: text }, [...path, 'cache', index, 'fallback']),
        ),
      ];
    }),
    ...listAt(job['steps']).flatMap((step, index) =>
      templatesOf('variable', mapAt(step)['env'], [...path, 'steps', index, 'env']),
    ),
  ];
}

function templatesOf(kind: Template['kind'], value: unknown, path: YamlPath): Template[] {
  return Object.entries(mapAt(value)).flatMap(([key, text]) =>
    typeof text === 'string' && text.includes('{') ? [{ kind, text, path: [...path, key] }] : [],
  );
}

const targetNames = ['local', 'codedeploy', 's3'];

/** A misspelt target is a misspelling, and not a missing target on top. */
function standsFor(key: string, target: string): boolean {
  return key === target || (!targetNames.includes(key) && nearestTo(key, targetNames) === target);
}

function outlineDeploy(name: string, value: unknown): DeployOutline {
  const [deploy, path] = [mapAt(value), ['deploy', name]];
  const [artifact] = textsAt(deploy['artifact'], [...path, 'artifact']);
  const [bundleKey] = textsAt(mapAt(deploy['codedeploy'])['key'], [...path, 'codedeploy', 'key']);
  const [prefix] = textsAt(mapAt(deploy['s3'])['prefix'], [...path, 's3', 'prefix']);
  return {
    name,
    path,
    artifact,
    group: groupOf(deploy, path),
    key: bundleKey ?? prefix,
    secrets: textsAt(deploy['secrets'], [...path, 'secrets']),
    targets: targetNames.filter((target) => Object.keys(deploy).some((key) => standsFor(key, target))),
    hasBranches: deploy['branches'] !== undefined,
    hasTags: deploy['tags'] !== undefined,
    onSchedule: deploy['schedules'] === true,
  };
}

function pushOf(on: unknown): Outline['on']['push'] {
  if (on === undefined) return 'all';
  const push = mapAt(on)['push'];
  if (push === undefined || push === false) return 'none';
  const { branches, tags } = mapAt(push);
  if (branches === undefined && tags === undefined) return 'all';
  return { branches: branches !== undefined, tags: tags !== undefined };
}

function has(on: unknown, event: string): boolean {
  const trigger = mapAt(on)[event];
  return on === undefined || (trigger !== undefined && trigger !== false);
}

function schedulesOf(value: unknown): Outline['on']['schedules'] {
  return listAt(value).flatMap((item, index) => {
    const { cron, timezone = 'UTC', branch } = mapAt(item);
    if (typeof cron !== 'string') return [];
    const key = JSON.stringify([cron.trim().split(/\s+/), timezone, branch]);
    return [{ path: ['on', 'schedule', index], cron, key }];
  });
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapAt(value: unknown): Record<string, unknown> {
  return isMap(value) ? { ...value } : {};
}

function listAt(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function keysAt(value: unknown, path: YamlPath): Named[] {
  return Object.keys(mapAt(value)).map((name) => ({ name, path: [...path, name] }));
}

/** The texts of a list, or the one text that stands for a list of one. */
function textsAt(value: unknown, path: YamlPath): Named[] {
  if (typeof value === 'string') return [{ name: value, path }];
  return listAt(value).flatMap((item, index) =>
    typeof item === 'string' ? [{ name: item, path: [...path, index] }] : [],
  );
}
