import type { IncludedFiles } from '../../pipelines/include-files.ts';
import { parseFile } from '../../pipelines/parse-file.ts';
import type { ParsedPipeline } from '../../pipelines/parse-pipeline.ts';
import type { TravisOptions } from '../../pipelines/travis/parse-travis.ts';

/** Files that were parsed lately; most deliveries of a repository carry the very same one. */
const kept = 100;
/** Larger files are rare, and not worth their place. */
const keptLength = 64 * 1024;
const lately = new Map<string, ParsedPipeline>();

/** As `parseFile`, which is pure: the same text comes to the same pipeline, so it is parsed once. */
export function parseOnce(
  source: string,
  file: string,
  options: TravisOptions & { included?: IncludedFiles } = {},
): ParsedPipeline {
  // Included files are parsed each time: with them the text alone does not say what it comes to.
  if (options.included !== undefined) return parseFile(source, file, options);
  const key = `${file}\n${JSON.stringify(options)}\n${source}`;
  const known = lately.get(key);
  if (known) {
    // Moved to the end: what is asked for stays.
    lately.delete(key);
    lately.set(key, known);
    return known;
  }
  const parsed = parseFile(source, file, options);
  if (source.length > keptLength) return parsed;
  lately.set(key, parsed);
  const oldest = lately.keys().next();
  if (lately.size > kept && !oldest.done) lately.delete(oldest.value);
  return parsed;
}
