import type { CheckedSource } from './source.ts';

export type CheckedOutCommit = {
  sha: string;
  /** The annotated tag's own object, when the source names one. */
  tag?: string;
};

/** Paths below `.git` and what they hold; see gitrepository-layout(5). */
export type GitFiles = Readonly<Record<string, string>>;

/** An empty repository that git accepts. References come later: one that names a missing object is a broken one. */
export function emptyRepository(source: CheckedSource): GitFiles {
  const sha256 = source.sha.length === 64;
  const branch = branchOf(source.ref);
  const lines = [
    '[core]',
    `\trepositoryformatversion = ${sha256 ? 1 : 0}`,
    '\tfilemode = true',
    '\tbare = false',
    '\tlogallrefupdates = true',
    ...(sha256 ? ['[extensions]', '\tobjectformat = sha256'] : []),
    '[remote "origin"]',
    `\turl = ${quote(source.cloneUrl)}`,
    '\tfetch = +refs/heads/*:refs/remotes/origin/*',
  ];
  if (branch !== undefined) {
    lines.push(`[branch ${quote(branch)}]`, '\tremote = origin', `\tmerge = ${quote(source.ref)}`);
  }
  return { config: `${lines.join('\n')}\n`, HEAD: `ref: refs/heads/${branch ?? 'main'}\n` };
}

/** HEAD and the references. Packed, since a file per reference would turn its name into a path. */
export function references(source: CheckedSource, commit: CheckedOutCommit): GitFiles {
  const branch = branchOf(source.ref);
  const refs: [string, string][] = [];
  if (branch !== undefined) {
    refs.push([source.ref, commit.sha], [`refs/remotes/origin/${branch}`, commit.sha]);
  } else if (source.ref.startsWith('refs/tags/')) {
    refs.push([source.ref, commit.tag ?? commit.sha]);
  }
  return {
    HEAD: branch === undefined ? `${commit.sha}\n` : `ref: ${source.ref}\n`,
    'packed-refs': refs.map(([name, sha]) => `${sha} ${name}\n`).join(''),
  };
}

/** With it git knows submodules for such as were initialized, and a job may update them. */
export function submoduleConfig(submodules: readonly { name: string; url: string }[]): string {
  return submodules
    .map(({ name, url }) => `[submodule ${quote(name)}]\n\tactive = true\n\turl = ${quote(url)}\n`)
    .join('');
}

function branchOf(ref: string): string | undefined {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined;
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
