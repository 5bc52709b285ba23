import { createHash } from 'node:crypto';
import type { ParsedPipeline } from '../parse-pipeline.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Problem } from '../problem.ts';
import { orderProblems, refuseWhole, wholeFile } from '../problem-list.ts';
import { readYaml } from '../read-yaml.ts';
import { findTravisReference } from '../reference/find-travis-reference.ts';
import type { SourceMap } from '../source-map.ts';
import { buildDeployments } from './build-deployments.ts';
import type { ImageOverrides } from './choose-language.ts';
import { expandJobs } from './expand-jobs.ts';
import { checkSize, withNotes } from './finish-pipeline.ts';
import { checkKeys, withoutAliases } from './known-keys.ts';
import { nameJobs } from './name-jobs.ts';
import { orderStages } from './order-stages.ts';
import { readBranches, readCondition } from './read-conditions.ts';
import { checkEnv, readAssignments, readEnv } from './read-env.ts';
import { type Fields, fieldsOf, type Node, type Reader } from './read-node.ts';
import { readNotifications } from './read-notifications.ts';
import { translateJob } from './translate-job.ts';

export type TravisOptions = {
  /** Images in place of the official ones. */
  images?: ImageOverrides;
};

/**
 * Translates a `.travis.yml` into a pipeline. Never throws: whatever the text, the answer is a pipeline with a warning
 * for each thing that is not carried out as Travis would, or every mistake, in the order of the file.
 */
export function parseTravis(source: string, file: string, options: TravisOptions = {}): ParsedPipeline {
  const parsed = parse(source, file, options);
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map(withReference) };
  return { ...parsed, warnings: parsed.warnings.map(withReference) };
}

function withReference(problem: Problem): Problem {
  return { ...problem, reference: findTravisReference(problem.path) };
}

function parse(source: string, file: string, { images = {} }: TravisOptions): ParsedPipeline {
  const refused = refuseWhole(source, file);
  if (refused !== undefined) return { ok: false, problems: [refused] };
  const { value, map, problems, broken } = readYaml(source, file);
  if (broken) return { ok: false, problems: orderProblems(problems) };
  const root: Node = { path: [], value };
  const top = fieldsOf(root);
  if (top === undefined && value !== null) {
    const shape = wholeFile(file, 'no mapping', 'keys with values, such as "language: node_js"');
    return { ok: false, problems: [...problems, shape] };
  }
  if (top === undefined || top.size === 0) {
    const nothing = wholeFile(
      file,
      'the file says nothing',
      'at least a language, such as "language: node_js"',
    );
    return { ok: false, problems: [...problems, nothing] };
  }
  const reader = createReader(map, problems);
  const pipeline = translate(reader, root, top, images);
  checkSize(reader, root, pipeline);
  const all = orderProblems(problems);
  if (all.some(({ severity }) => severity === 'error')) return { ok: false, problems: all };
  const digest = createHash('sha256').update(source).digest('hex');
  return { ok: true, pipeline: withNotes(pipeline, all), digest, warnings: all };
}

function createReader(map: SourceMap, problems: Problem[]): Reader {
  const told = new Set<string>();
  const tell = (severity: Problem['severity'], { path }: Node, message: string, expected: string) => {
    const problem = map.problem({ path, message, expected, severity });
    const key = `${problem.line} ${problem.column} ${message}`;
    // Settings that many jobs share are read for each of them.
    if (told.has(key)) return;
    told.add(key);
    problems.push(problem);
  };
  return {
    map,
    hasError: () => problems.some(({ severity }) => severity === 'error'),
    error: (node, message, expected) => tell('error', node, message, expected),
    warn: (node, message, expected) => tell('warning', node, message, expected),
  };
}

function translate(reader: Reader, root: Node, written: Fields, images: ImageOverrides): Pipeline {
  checkKeys(reader, written, 'file');
  const top = withoutAliases(written, 'file');
  checkEnv(reader, top.get('env'));
  const variables = readAssignments(reader, readEnv(top.get('env')).global);
  const sources = expandJobs(reader, root, top);
  const stages = orderStages(reader, top, sources, variables);
  const names = nameJobs(reader, sources, stages.length > 1);
  const translated = stages.flatMap((stage, index) => {
    const before = index === 0 ? undefined : stages[index - 1]?.name;
    // A stage waits for the one before it, and that has waited for its own.
    const needs = names.filter((_, at) => sources[at]?.stage === before);
    return sources.flatMap((source, at) => {
      if (source.stage !== stage.name) return [];
      return translateJob(reader, source, names[at] ?? '', { needs, only: stage.only, images }) ?? [];
    });
  });
  if (translated.length === 0 && !reader.hasError()) {
    reader.error(root, 'no job can be made of this file', 'at least one that there is an image for');
  }
  const kept = new Set(translated.map(({ definition }) => definition.name));
  const jobs = translated.map(({ definition }) => ({
    ...definition,
    needs: definition.needs.filter((name) => kept.has(name)),
  }));
  const condition = readCondition(reader, top.get('if'), variables);
  const branches = readBranches(reader, top.get('branches'));
  const terms = [branches, condition].filter((term) => term !== undefined);
  const notifications = readNotifications(reader, top.get('notifications'), variables);
  const place = (top.get('branches') ?? top.get('if'))?.path;
  return {
    on: {
      ...(place === undefined ? {} : { line: reader.map.lineOf(place) }),
      push: { branches: { patterns: ['**'] }, tags: { patterns: ['**'] } },
      pullRequest: { branches: { patterns: ['**'] } },
      schedules: [],
      ...(terms.length === 0 ? {} : { only: { op: 'and' as const, terms } }),
    },
    env: {},
    jobs,
    deploys: buildDeployments(reader, translated),
    concurrency: {},
    ...(notifications.length === 0 ? {} : { notifications }),
  };
}
