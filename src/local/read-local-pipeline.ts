import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectIncludedNow } from '../../pipelines/include-files.ts';
import { parseFile, pipelineFiles } from '../../pipelines/parse-file.ts';
import type { Pipeline } from '../../pipelines/pipeline.ts';
import { renderProblems } from '../../pipelines/problem.ts';
import { explainTemplate, templateOf } from '../../pipelines/templates/template-file.ts';
import type { TravisOptions } from '../../pipelines/travis/parse-travis.ts';
import type { Templates } from '../runs/read-pipeline.ts';
import { listRoot } from './list-root.ts';
import { LocalRefusal } from './local-refusal.ts';

export type LocalPipeline = {
  file: string;
  digest: string;
  pipeline: Pipeline;
  /** What whoever runs it should know: why this file, and what in it is not as it reads. */
  notes: string[];
};

/** The pipeline of a working tree as it lies there, found as a push of it would find it. */
export function readLocalPipeline(root: string, templates: Templates, options: TravisOptions): LocalPipeline {
  const own = pipelineFiles.find((name) => existsSync(join(root, name)));
  const found =
    own === undefined
      ? templates(listRoot(root))
      : { file: own, source: readFileSync(join(root, own), 'utf8') };
  if (!found) {
    const names = pipelineFiles.join(' and no ');
    const remedy = '`hookline init --template NAME` writes one, `hookline init --list` names them';
    throw new LocalRefusal(
      'no-pipeline',
      `there is no ${names} in ${root}, nor anything that a template is for; ${remedy}`,
    );
  }
  const { file, source } = found;
  const included = collectIncludedNow(source, file, (paths) => readThere(root, paths));
  const textOf = (name: string) => included.get(name) ?? source;
  const parsed = parseFile(source, file, { ...options, included });
  if (!parsed.ok) {
    const errors = parsed.problems.filter(({ severity }) => severity === 'error');
    throw new LocalRefusal('broken-pipeline', renderProblems(errors, textOf));
  }
  const template = templateOf(file);
  const { pipeline, digest, warnings } = parsed;
  const notes = [
    ...(template ? [explainTemplate(template)] : []),
    ...(warnings.length > 0 ? renderProblems(warnings, textOf).trimEnd().split('\n') : []),
  ];
  return { file, digest, pipeline, notes };
}

function readThere(root: string, paths: readonly string[]): Map<string, string> {
  const there = paths.filter((path) => existsSync(join(root, path)));
  return new Map(there.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
