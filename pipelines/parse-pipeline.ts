import { createHash } from 'node:crypto';
import { buildPipeline } from './build-pipeline.ts';
import { checkConditions } from './check-conditions.ts';
import { checkDeploys } from './check-deploys.ts';
import { checkGroups } from './check-groups.ts';
import { checkLayout } from './check-layout.ts';
import { checkMatrices } from './check-matrix.ts';
import { checkNames } from './check-names.ts';
import { checkNeeds } from './check-needs.ts';
import { checkPlaceholders } from './check-placeholders.ts';
import { checkSchedules } from './check-schedules.ts';
import { checkVariables } from './check-variables.ts';
import { expandTemplates } from './expand-templates.ts';
import { type IncludedFiles, includeFiles } from './include-files.ts';
import { mostJobs } from './job-shape.ts';
import { outlineOf } from './outline.ts';
import type { Pipeline } from './pipeline.ts';
import { pipelineShape } from './pipeline-shape.ts';
import type { Problem } from './problem.ts';
import { orderProblems, refuseWhole, wholeFile } from './problem-list.ts';
import { readYaml } from './read-yaml.ts';
import { findReference } from './reference/find-reference.ts';
import { problemsOfShape } from './shape-problems.ts';
import type { Finding, SourceMap } from './source-map.ts';
import { createTracedMap, type Origins } from './traced-map.ts';

export type ParsedPipeline =
  | {
      ok: true;
      pipeline: Pipeline;
      /** SHA-256, lower-case hex: names exactly this file, with those that it includes, in approvals and caches. */
      digest: string;
      warnings: Problem[];
    }
  | { ok: false; problems: Problem[] };

/**
 * Reads a `.hookline.yml`. Never throws: whatever the text, the answer is a pipeline or every mistake in it,
 * in the order of the file. `file` is only the name that problems are given under; `included` are the texts of the
 * files that it includes (see `collectIncluded`).
 */
export function parsePipeline(
  source: string,
  file: string,
  included: IncludedFiles = new Map(),
): ParsedPipeline {
  const refused = refuseWhole(source, file);
  if (refused !== undefined) return { ok: false, problems: [refused] };

  const { value: written, map: ownMap, problems: misread, broken } = readYaml(source, file);
  if (broken) return { ok: false, problems: orderProblems(misread) };
  if (written === null)
    return { ok: false, problems: [wholeFile(file, 'the file says nothing', minimalFile)] };

  const origins: Origins = new Map();
  const whole = includeFiles({ value: written, map: ownMap, file }, included, origins);
  if (whole.broken) return { ok: false, problems: orderProblems([...misread, ...whole.problems]) };
  const { value, findings } = expandTemplates(whole.value, ownMap, origins);
  const map = createTracedMap(ownMap, origins);
  const shape = pipelineShape.safeParse(value);
  const found = [
    ...misread,
    ...whole.problems,
    ...findings.map((finding) => map.problem(finding)),
    ...(shape.success
      ? []
      : withoutEchoes(problemsOfShape(shape.error.issues, value, map), [...misread, ...whole.problems])),
    ...meaningProblems(value, map),
  ];
  const problems = orderProblems(withoutTwins(found)).map(withReference);
  if (!shape.success || problems.some((problem) => problem.severity === 'error')) {
    return { ok: false, problems };
  }
  const digest = digestOf(source, whole.used);
  return { ok: true, pipeline: buildPipeline(shape.data, map.lineOf), digest, warnings: problems };
}

const minimalFile = 'at least an image and steps, such as "image: node:24" and "steps: [npm test]"';

/** The checks that take more than one place of the file. They run whatever the shape says. */
function meaningProblems(value: unknown, map: SourceMap): Problem[] {
  if (typeof value !== 'object' || Array.isArray(value)) return [];
  const outline = outlineOf(value);
  // Their cost grows with the number of jobs, which the shape bounds and refuses beyond.
  if (outline.jobs.length > mostJobs) return [];
  const findings: Finding[] = [
    ...checkLayout(outline),
    ...checkNeeds(outline),
    ...checkNames(outline, map),
    ...checkMatrices(outline, map),
    ...checkPlaceholders(outline),
    ...checkGroups(outline),
    ...checkConditions(outline),
    ...checkVariables(outline, value, map),
    ...checkDeploys(outline),
    ...checkSchedules(outline),
  ];
  return findings.map((finding) => map.problem(finding));
}

/** Without included files that of the source; with them none of the files can change and leave it as it was. */
function digestOf(source: string, used: ReadonlyMap<string, string>): string {
  const text = used.size === 0 ? source : JSON.stringify([source, ...used]);
  return createHash('sha256').update(text).digest('hex');
}

/** A mistake in a template is one, however many jobs extend it. */
function withoutTwins(problems: readonly Problem[]): Problem[] {
  const keyOf = ({ file, line, column, message }: Problem) => `${file}:${line}:${column} ${message}`;
  return [...new Map(problems.toReversed().map((problem) => [keyOf(problem), problem])).values()].reverse();
}

function withReference(problem: Problem): Problem {
  const reference = findReference(problem.path);
  return reference === undefined ? problem : { ...problem, reference };
}

/** What could not be read is there as null; that null is nobody's mistake. */
function withoutEchoes(problems: readonly Problem[], misread: readonly Problem[]): Problem[] {
  const placeOf = ({ file, line, column }: Problem) => `${file}:${line}:${column}`;
  const told = new Set(misread.map(placeOf));
  return problems.filter((problem) => !told.has(placeOf(problem)));
}
