import type { IncludedFiles } from './include-files.ts';
import { type ParsedPipeline, parsePipeline } from './parse-pipeline.ts';
import { parseTravis, type TravisOptions } from './travis/parse-travis.ts';

/** Where a repository says what is to be done: the first that it has counts. */
export const pipelineFiles = ['.hookline.yml', '.travis.yml'] as const;

export type FileLanguage = 'hookline' | 'travis';

export function languageOf(file: string): FileLanguage {
  return /(^|[/.])travis\.ya?ml$/.test(file) ? 'travis' : 'hookline';
}

/** Reads a pipeline file in the language that its name stands for. Never throws. */
export function parseFile(
  source: string,
  file: string,
  { included, ...options }: TravisOptions & { included?: IncludedFiles } = {},
): ParsedPipeline {
  return languageOf(file) === 'travis'
    ? parseTravis(source, file, options)
    : parsePipeline(source, file, included);
}
