import { GitRefusal } from './git-refusal.ts';
import type { MirrorAccess } from './mirror-layout.ts';
import { type ObjectReader, openObjectReader } from './object-reader.ts';
import { type CommitInfo, parseCommit, parseTree, type TreeEntry } from './parse-git-object.ts';

export type TreeRequest = {
  /** Paths from the root of the repository, with `/`. */
  paths: readonly string[];
  /** Per file; a larger one is refused, not cut. */
  maxBytes?: number;
  timeoutMs?: number;
};

/** A link is named, never followed: where it points to is the repository's choice. */
export type TreeFile =
  | { kind: 'file'; content: string; sha: string }
  | { kind: 'missing' | 'folder' | 'symlink' | 'submodule' };

export type CommitTree = {
  commit: CommitInfo;
  /** One entry per path asked for. */
  files: ReadonlyMap<string, TreeFile>;
  /** What lies in the root folder, in git's order. */
  root: readonly Pick<TreeEntry, 'name' | 'kind'>[];
};

/** Reads a commit, its root folder and some files in one git process, without any checkout. */
export async function readCommitTree(mirror: MirrorAccess, request: TreeRequest): Promise<CommitTree> {
  const { source } = mirror;
  for (const path of request.paths) checkPath(path, source.repository);
  const objects = openObjectReader(mirror, request.timeoutMs ?? 30_000);
  try {
    const found = await objects.read(`${source.sha}^{commit}`, maxCommitBytes, `commit ${source.sha}`);
    const folders = folderCache(objects, found.sha.length / 2);
    const root = await folders(`${found.sha}^{tree}`);
    const files = new Map<string, TreeFile>();
    for (const path of request.paths) {
      const entry = await findEntry(path, root, folders);
      files.set(path, await readEntry(entry, path, objects, request.maxBytes ?? 1 << 20));
    }
    return {
      commit: parseCommit(found.sha, found.body),
      files,
      root: root.map(({ name, kind }) => ({ name, kind })),
    };
  } finally {
    await objects.close();
  }
}

const maxCommitBytes = 1 << 20;
const maxFolderBytes = 32 << 20;

type FolderReader = (name: string) => Promise<readonly TreeEntry[]>;

function folderCache(objects: ObjectReader, shaBytes: number): FolderReader {
  const known = new Map<string, readonly TreeEntry[]>();
  return async (name) => {
    const entries =
      known.get(name) ?? parseTree((await objects.read(name, maxFolderBytes, 'a folder')).body, shaBytes);
    known.set(name, entries);
    return entries;
  };
}

async function findEntry(path: string, root: readonly TreeEntry[], folders: FolderReader) {
  const parts = path.split('/');
  const last = parts.pop();
  let entries = root;
  for (const part of parts) {
    const folder = entries.find((entry) => entry.name === part && entry.kind === 'folder');
    if (folder === undefined) return undefined;
    entries = await folders(folder.sha);
  }
  return entries.find((entry) => entry.name === last);
}

async function readEntry(
  entry: TreeEntry | undefined,
  path: string,
  objects: ObjectReader,
  maxBytes: number,
): Promise<TreeFile> {
  if (entry === undefined) return { kind: 'missing' };
  if (entry.kind !== 'file') return { kind: entry.kind };
  const { body } = await objects.read(entry.sha, maxBytes, path);
  return { kind: 'file', content: body.toString('utf8'), sha: entry.sha };
}

function checkPath(path: string, repository: string): void {
  const parts = path.split('/');
  if (parts.every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0')) return;
  throw new GitRefusal('bad-path', `${repository}: ${JSON.stringify(path)} is not a path below its root.`);
}
