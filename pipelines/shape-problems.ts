import type { z } from 'zod';
import { nearestTo } from './nearest.ts';
import type { Problem } from './problem.ts';
import type { Finding, SourceMap } from './source-map.ts';
import { formatPath, quote, valueAt, type YamlPath } from './yaml-path.ts';

type Issue = z.core.$ZodIssue;

/** More unknown keys in one place are not a person's mistakes. */
const mostUnknownKeys = 50;

type ShapeFinding = Finding & {
  /** Nothing stands at this path. */
  missing?: boolean;
  /** The path of the key that this unknown one was most likely meant to be. */
  meant?: YamlPath;
};

/** Says what was found where zod objects; what was wanted is in the texts of the shape. */
export function problemsOfShape(issues: readonly Issue[], value: unknown, map: SourceMap): Problem[] {
  const all = issues.flatMap((issue) => findings(issue, [], value));
  // A misspelt `run` is one mistake: the missing `run` beside it is not told.
  const meant = new Set(all.flatMap((finding) => (finding.meant ? [formatPath(finding.meant)] : [])));
  const told = all.filter((finding) => !(finding.missing && meant.has(formatPath(finding.path))));
  return told.map((finding) => map.problem(finding));
}

function findings(issue: Issue, above: YamlPath, root: unknown): ShapeFinding[] {
  const path = [...above, ...issue.path.filter((part) => typeof part !== 'symbol')];
  const found = valueAt(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, issue.message.split(', '), path, found);
    case 'invalid_union': {
      const branch = meantBranch(issue.errors);
      if (branch === undefined) break;
      return branch.flatMap((inner) => findings(inner, path, root));
    }
    case 'invalid_key': {
      const expected = issue.issues[0]?.message ?? issue.message;
      return [{ path, atKey: true, message: `${quote(String(path.at(-1)))} as a name`, expected }];
    }
    default:
  }
  const key = path.at(-1);
  if (found === undefined && typeof key === 'string') {
    return [{ path, missing: true, message: `no ${quote(key)}`, expected: issue.message }];
  }
  return [{ path, message: `found ${describe(found)}`, expected: issue.message }];
}

/** The alternative of a union that takes this type of value; undefined when none does. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find(
    (issues) => !issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0),
  );
}

function unknownKeys(
  keys: readonly string[],
  known: readonly string[],
  path: YamlPath,
  found: unknown,
): ShapeFinding[] {
  const isFree = (key: string) => valueAt(found, [key]) === undefined;
  return keys.slice(0, mostUnknownKeys).map((key) => {
    const finding = { path: [...path, key], atKey: true, message: `unknown key ${quote(key)}` };
    const nearest = nearestTo(key, known.filter(isFree)) ?? nearestTo(key, known);
    if (nearest !== undefined) {
      return { ...finding, expected: `did you mean "${nearest}"?`, meant: [...path, nearest] };
    }
    // `- echo done: yes` is a mapping to YAML, and nothing like what its writer had in mind.
    if (known.includes('run') && isFree('run') && /\W/.test(key)) {
      const expected = 'quotes around the whole command: its ": " makes it a mapping';
      return { ...finding, expected, meant: [...path, 'run'] };
    }
    return { ...finding, expected: known.join('') === '' ? 'nothing here' : `one of ${known.join(', ')}` };
  });
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
  if (typeof value === 'string') return value === '' ? 'an empty text' : quote(value);
  return `${String(value)}, a ${typeof value}`;
}
