import { listOf } from './build-values.ts';
import type { CachesShape } from './cache-shape.ts';
import { tidyPath } from './pattern-fault.ts';
import type { CacheDefinition } from './pipeline.ts';

export function buildCaches(shape: CachesShape | undefined): { caches?: CacheDefinition[] } {
  if (shape === undefined) return {};
  const caches = shape.map(({ key, fallback, paths, save }) => ({
    key,
    fallback: listOf(fallback),
    // One set of paths is one cache, in whatever order it is written.
    paths: [...new Set(listOf(paths).map(tidyPath))].sort(),
    ...(save === 'changed' ? { save } : {}),
  }));
  return { caches };
}
