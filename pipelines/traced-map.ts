import type { Finding, SourceMap } from './source-map.ts';
import type { YamlPath } from './yaml-path.ts';

/** Where a value really stands that was put somewhere else. */
export type Origin = { map: SourceMap; path: YamlPath };

/** By the paths at which values were put. What stands below such a path stands below its origin. */
export type Origins = Map<string, Origin>;

export function keyOfPath(path: YamlPath): string {
  return JSON.stringify(path);
}

/** Where a value was written that a path leads to. */
export function originOf(own: SourceMap, origins: Origins, path: YamlPath): Origin {
  for (let length = path.length; length > 0; length -= 1) {
    const origin = origins.get(keyOfPath(path.slice(0, length)));
    if (origin) return { map: origin.map, path: [...origin.path, ...path.slice(length)] };
  }
  return { map: own, path };
}

/** The places of a file some of whose values were written elsewhere. */
export function createTracedMap(own: SourceMap, origins: Origins): SourceMap {
  if (origins.size === 0) return own;

  return {
    ...own,
    problem(finding: Finding) {
      const { map, path } = originOf(own, origins, finding.path);
      return map.problem({ ...finding, path });
    },
    lineOf(path) {
      const origin = originOf(own, origins, path);
      return origin.map.lineOf(origin.path);
    },
    plainTextOf(path) {
      const origin = originOf(own, origins, path);
      return origin.map.plainTextOf(origin.path);
    },
  };
}
