import { parse } from 'yaml';
import type { Appspec } from '../appspec/appspec.ts';
import type { AppspecProblem } from '../appspec/appspec-reader.ts';
import { parseAppspec } from '../appspec/parse-appspec.ts';
import type { DeploymentReasonCode } from '../deployment-target.ts';
import type { BundleEntry } from '../local/bundle-tree.ts';
import { resolveInTree } from '../local/resolve-in-tree.ts';
import type { BundleContents } from './read-bundle.ts';

export type CheckedEc2Bundle =
  | { readonly ok: true; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly code: DeploymentReasonCode; readonly message: string };

/**
 * Finds what CodeDeploy's agent would stumble over on each instance, minutes later: an appspec file that is
 * missing, wrong or not at the top, and scripts and sources that the bundle lacks.
 */
export function checkEc2Bundle({ entries, appspec }: BundleContents): CheckedEc2Bundle {
  if (!appspec)
    return refused('appspec_invalid', `appspec.yml:1:1 ${missing(entries.map(({ name }) => name))}`);
  // The rules for Windows paths and users are others, and the agent checks them.
  if (isForWindows(appspec.text)) return { ok: true, warnings: [] };
  const parsed = parseAppspec(appspec.text, appspec.name);
  if (!parsed.ok) {
    return refused('appspec_invalid', `The appspec file is wrong:\n${listed(parsed.problems.map(placed))}`);
  }
  const { problems, warnings } = checkPaths(parsed.appspec, entries, appspec.name);
  if (problems.length > 0) {
    return refused('bundle_invalid', `The bundle lacks what its appspec file names:\n${listed(problems)}`);
  }
  return { ok: true, warnings: [...parsed.warnings.map(placed), ...warnings] };
}

function missing(names: readonly string[]): string {
  const wrapped = names.find((name) => /^[^/]+\/appspec\.ya?ml$/.test(name));
  const hint = wrapped
    ? ` There is ${wrapped}: use \`strip_prefix\` (or zip the contents of that directory, not the directory).`
    : ' Add it to the paths of the artifact.';
  return `The bundle has no appspec.yml at its top.${hint}`;
}

function checkPaths(appspec: Appspec, entries: BundleContents['entries'], file: string) {
  const tree = treeOf(entries);
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const { source, at } of appspec.files) {
    if (!resolvable(tree, source))
      problems.push(`${file}:${at.line}:${at.column} The source \`${source}\` is not in the bundle.`);
  }
  for (const [event, scripts] of Object.entries(appspec.hooks)) {
    for (const { location, at } of scripts) {
      const place = `${file}:${at.line}:${at.column} The script \`${location}\` of ${event}`;
      const found = resolvable(tree, location);
      if (!found) problems.push(`${place} is not in the bundle.`);
      else if (found === 'directory') problems.push(`${place} is a directory.`);
      else if (found === 'plain') warnings.push(`${place} is not executable. Set the bit in the repository.`);
    }
  }
  return { problems, warnings };
}

/** Links are not followed here, since their targets are file contents: the agent decides. */
function resolvable(tree: ReadonlyMap<string, BundleEntry>, path: string) {
  const segments = path.split('/');
  if (segments.some((_, i) => tree.get(segments.slice(0, i + 1).join('/'))?.kind === 'symlink'))
    return 'link';
  const entry = resolveInTree(tree, path)?.entry;
  if (entry?.kind !== 'file') return entry?.kind;
  return (entry.mode & 0o111) === 0 ? 'plain' : 'executable';
}

/** A zip need not list the directories that its files are in. */
function treeOf(entries: BundleContents['entries']): ReadonlyMap<string, BundleEntry> {
  const tree = new Map<string, BundleEntry>([['', { kind: 'directory', mode: 0o755 }]]);
  for (const { name, kind, executable } of entries) {
    for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      const above = name.slice(0, slash);
      if (!tree.has(above)) tree.set(above, { kind: 'directory', mode: 0o755 });
    }
    if (kind === 'symlink') tree.set(name, { kind, linkTo: '' });
    else tree.set(name, { kind, mode: executable || kind === 'directory' ? 0o755 : 0o644 });
  }
  return tree;
}

function isForWindows(text: string): boolean {
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null && 'os' in value && value.os === 'windows';
  } catch {
    // Not YAML: the reader of appspec files says where and why.
    return false;
  }
}

function refused(code: DeploymentReasonCode, message: string): CheckedEc2Bundle {
  return { ok: false, code, message };
}

const listed = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join('\n');

function placed({ file, line, column, message }: AppspecProblem): string {
  return `${file}:${line}:${column} ${message}`;
}
