import { isUtf8 } from 'node:buffer';
import { type Dirent, lstatSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ArtifactRefusal, refusalOfFileError } from './artifact-refusal.ts';
import { linkEscape } from './link-escape.ts';
import {
  type Pattern,
  parsePattern,
  type Standing,
  standingAtRoot,
  standingBelow,
} from './match-patterns.ts';
import { nameConflict } from './name-conflict.ts';
import { stripNames } from './strip-names.ts';
import { compareNames, type ZipEntry } from './zip-entry.ts';

/** Looking at a file is a short blocking call, much cheaper than an asynchronous one; the event loop gets a turn after this many. */
const FILES_PER_TURN = 256;

export interface CollectOptions {
  /** The workspace. Every container that could write to it must be dead. */
  root: string;
  /** Files, directories (with everything below) and globs, from the root. */
  patterns: readonly string[];
  exclude?: readonly string[];
  /** A directory whose name is taken off the front of the names that have it. */
  stripPrefix?: string;
  maxFiles?: number;
  signal?: AbortSignal;
}

/**
 * Finds what goes into an artifact, sorted by name, in a workspace that is not trusted.
 *
 * No link is ever followed, on no part of a path; links are taken as links, and only when they cannot lead out of the
 * workspace. `.git` at the root is left out unless a pattern begins with it. Throws an ArtifactRefusal that names the
 * file or the pattern for anything that cannot be packed or was not found.
 */
export async function collectFiles(options: CollectOptions): Promise<ZipEntry[]> {
  const { root: givenRoot, exclude = [], stripPrefix = '', maxFiles = 1_000_000, signal } = options;
  const root = resolve(givenRoot);
  const patterns = options.patterns.map(parsePattern);
  const excludes = exclude.map(parsePattern);
  const entries: ZipEntry[] = [];
  const matched = new Set<number>();
  const linksOnTheWay = new Map<number, string>();
  let looked = 0;

  const take = (entry: ZipEntry, standing: Standing) => {
    if (entries.length >= maxFiles) {
      throw new ArtifactRefusal(
        'too-many-files',
        `the artifact has more than ${maxFiles} files; pack them into an archive in a step, or name fewer`,
      );
    }
    entries.push(entry);
    for (const pattern of standing.owners) matched.add(pattern);
  };

  const walk = async (directory: string, standing: Standing, excluded: Standing): Promise<void> => {
    for (const child of await list(root, directory)) {
      if (++looked % FILES_PER_TURN === 0) await nextTurn();
      signal?.throwIfAborted();
      const segment = child.name.toString();
      const name = directory === '' ? segment : `${directory}/${segment}`;
      let here = standingBelow(patterns, standing, segment);
      if (name === '.git') here = onlyThoseNamingGit(patterns, here);
      if (here.owners.length === 0 && here.open.length === 0) continue;
      const excludedHere = standingBelow(excludes, excluded, segment);
      if (excludedHere.owners.length > 0) continue;

      if (child.isDirectory()) {
        if (here.owners.length > 0) checkName(child.name, name);
        const before = entries.length;
        await walk(name, here, excludedHere);
        if (here.owners.length > 0 && entries.length === before) {
          take({ kind: 'directory', name, path: join(root, name), mode: 0o755, sizeBytes: 0 }, here);
        }
      } else if (here.owners.length > 0) {
        checkName(child.name, name);
        take(lookAt(root, name), here);
      } else if (child.isSymbolicLink()) {
        for (const { pattern } of here.open) linksOnTheWay.set(pattern, name);
      }
    }
  };

  await walk('', standingAtRoot(patterns), standingAtRoot(excludes));
  for (const [index, { text }] of patterns.entries()) {
    if (!matched.has(index)) throw unmatched(text, linksOnTheWay.get(index));
  }
  const named = stripNames(entries, stripPrefix);
  const conflict = nameConflict(named);
  if (conflict !== undefined) {
    throw new ArtifactRefusal(
      'name-twice',
      `${conflict.name} and ${conflict.with} cannot both be in the artifact once the prefix ${JSON.stringify(stripPrefix)} is taken off; exclude one of them`,
    );
  }
  return named.sort(compareNames);
}

async function list(root: string, directory: string): Promise<Dirent<Buffer>[]> {
  try {
    return await readdir(join(root, directory), { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if (directory !== '') throw refusalOfFileError(error, directory);
    // In a container the workspace itself cannot be removed; where there is none it can.
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isGone) throw refusalOfFileError(error, 'the workspace');
    throw new ArtifactRefusal(
      'file-changed',
      'the workspace is not there any more, and what was to be packed with it: a step removed it',
      { cause: error },
    );
  }
}

function onlyThoseNamingGit(patterns: readonly Pattern[], standing: Standing): Standing {
  const named = (index: number) => patterns[index]?.segments[0] === '.git';
  return {
    owners: standing.owners.filter(named),
    open: standing.open.filter(({ pattern }) => named(pattern)),
  };
}

/** A zip's names are UTF-8, and some readers take `\` for a separator, by which a file could leave its directory. */
function checkName(bytes: Buffer, name: string): void {
  if (!isUtf8(bytes)) {
    throw new ArtifactRefusal(
      'name-unsafe',
      `the name ${JSON.stringify(name)} is not valid UTF-8; rename the file or exclude it from the artifact`,
    );
  }
  if (bytes.includes('\\')) {
    throw new ArtifactRefusal(
      'name-unsafe',
      `the name ${JSON.stringify(name)} contains a backslash, which some zip readers take for a directory; rename the file or exclude it from the artifact`,
    );
  }
}

function lookAt(root: string, name: string): ZipEntry {
  const path = join(root, name);
  try {
    const found = lstatSync(path);
    if (found.isFile()) {
      const mode = (found.mode & 0o111) === 0 ? 0o644 : 0o755;
      return { kind: 'file', name, path, mode, sizeBytes: found.size };
    }
    if (found.isSymbolicLink()) return lookAtLink(root, name, path);
  } catch (error) {
    throw refusalOfFileError(error, name);
  }
  throw new ArtifactRefusal(
    'special-file',
    `${name} is a pipe, a socket or a device, which a zip cannot hold; remove it or exclude it from the artifact`,
  );
}

function lookAtLink(root: string, name: string, path: string): ZipEntry {
  const bytes = readlinkSync(path, { encoding: 'buffer' });
  const target = bytes.toString();
  const isLink = (other: string) =>
    lstatSync(join(root, other), { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const reason = isUtf8(bytes) ? linkEscape(name, target, isLink) : 'is not valid UTF-8';
  if (reason !== undefined) {
    throw new ArtifactRefusal(
      'link-outside',
      `the symbolic link ${name} -> ${JSON.stringify(target)} ${reason}, but a link in an artifact must stay in the workspace; make it relative, copy the file instead, or exclude it`,
    );
  }
  return { kind: 'symlink', name, path, mode: 0o777, sizeBytes: bytes.length, target };
}

function unmatched(pattern: string, link: string | undefined): ArtifactRefusal {
  const reason =
    link === undefined
      ? 'check its spelling, and that the steps before made it'
      : `${link} on its way is a symbolic link, which is not followed; name the directory it leads to`;
  return new ArtifactRefusal(
    'pattern-unmatched',
    `the artifact path ${JSON.stringify(pattern)} matches nothing in the workspace; ${reason}`,
  );
}
