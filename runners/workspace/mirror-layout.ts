import { createHash } from 'node:crypto';
import {
  access,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckedSource } from './source.ts';

/** One source's view of its mirror, for the length of one request. */
export type MirrorAccess = { gitDir: string; source: CheckedSource; marker: string; signal: AbortSignal };

/** The one reference that a fetch overwrites; `seen/` holds what was proven. */
export const fetchedRef = 'refs/hookline/fetched';

/** What git takes for "all of the history"; `Infinity` is cut to it. */
export const wholeHistory = 2_147_483_647;

/**
 * One folder per clone URL and object format: readable by a person, unique by the hash. What one repository names in another
 * without a credential is kept apart: it is not to find there what was once fetched with one.
 */
export function mirrorName({ url, repository, sha, byId, credential }: CheckedSource): string {
  const apart = byId && credential === undefined ? '\nanonymous' : '';
  const readable = repository.replaceAll('/', '--').slice(0, 80);
  const hash = createHash('sha256').update(`${sha.length}\n${url.href}${apart}`).digest('hex').slice(0, 20);
  return `${readable}-${hash}.git`;
}

/**
 * The reference `refs/hookline/seen/<hash of the source's reference>/<commit>` states that the commit was
 * reachable from that reference when it was fetched by name. It keeps the commit from being pruned, and as it
 * is never packed, one look at its file answers the next request. What it holds is the tip that was fetched when
 * that is a tag of this commit, and the commit itself otherwise.
 */
export function markerRef(ref: string, sha: string): string {
  return `refs/hookline/seen/${createHash('sha256').update(ref).digest('hex').slice(0, 24)}/${sha}`;
}

/** True when the commit was proven before. The file's age is its last use, by which old ones are dropped. */
export async function touchMarker(gitDir: string, marker: string, now: Date): Promise<boolean> {
  try {
    await utimes(join(gitDir, marker), now, now);
    return true;
  } catch {
    return false;
  }
}

/** Written aside and renamed: a reader never sees half a reference. Only called under the mirror's lock. */
export async function writeMarker(gitDir: string, marker: string, target: string): Promise<void> {
  const path = join(gitDir, marker);
  await mkdir(join(path, '..'), { recursive: true });
  const aside = join(gitDir, 'hookline-marker');
  await writeFile(aside, `${target}\n`);
  await rename(aside, path);
}

export async function readRef(gitDir: string, ref: string): Promise<string> {
  return (await readFile(join(gitDir, ref), 'utf8')).trim();
}

/** Drops the markers that were used longest ago, so that git may prune what only they held. */
export async function dropOldMarkers(gitDir: string, keep: number): Promise<void> {
  const root = join(gitDir, 'refs/hookline/seen');
  const names = await readdir(root, { recursive: true }).catch(() => []);
  if (names.length <= keep) return;
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(root, name), stats: await stat(join(root, name)) })),
  );
  const markers = files.filter(({ stats }) => stats.isFile());
  markers.sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs);
  for (const { path } of markers.slice(keep)) await rm(path, { force: true });
}

/** What `git init --bare` would make, without the process and without the host's templates. */
export async function createMirror(gitDir: string, sha: string): Promise<void> {
  const format = sha.length === 64 ? '1\n[extensions]\n\tobjectformat = sha256' : '0';
  await mkdir(join(gitDir, 'objects/pack'), { recursive: true });
  await mkdir(join(gitDir, 'refs/hookline'), { recursive: true });
  // Lets a workspace ask for a commit by its id when it wants more than the newest one.
  const config = `[uploadpack]\n\tallowAnySHA1InWant = true\n[core]\n\tbare = true\n\trepositoryformatversion = ${format}\n`;
  await writeFile(join(gitDir, 'config'), config);
  // Git knows a repository by this file, so it comes last.
  await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/hookline-has-no-head\n');
}

/** How many commits behind a tip somebody wanted here; from then on no fetch may bring fewer, which would cut the history. */
export async function readWantedDepth(gitDir: string): Promise<number> {
  return Number(await readFile(join(gitDir, depthFile), 'utf8').catch(() => '0')) || 0;
}

/** Only called under the mirror's lock. */
export async function noteWantedDepth(gitDir: string, depth: number): Promise<void> {
  if (depth > (await readWantedDepth(gitDir))) await writeFile(join(gitDir, depthFile), String(depth));
}

const depthFile = 'hookline-depth';

/** Whether history ends somewhere because older commits were not fetched. */
export async function isShallow(gitDir: string): Promise<boolean> {
  return (await readFile(join(gitDir, 'shallow'), 'utf8').catch(() => '')) !== '';
}

export async function mirrorExists(gitDir: string): Promise<boolean> {
  return await access(join(gitDir, 'HEAD')).then(
    () => true,
    () => false,
  );
}

/** Tells a mirror from the one that was later made in its place. */
export async function generationOf(gitDir: string): Promise<string> {
  const stats = await stat(gitDir).catch(() => undefined);
  return stats === undefined ? 'none' : `${stats.ino}:${stats.birthtimeMs}`;
}

/** Takes the mirror away in one step, then deletes it: what still reads it fails cleanly and asks again. */
export async function discardMirror(gitDir: string): Promise<void> {
  const trash = await mkdtemp(`${gitDir}.trash-`);
  await rename(gitDir, trash).catch(() => {});
  await rm(trash, { recursive: true, force: true });
}

/** Leftovers of a fetch that was killed; the caller holds the mirror's lock, so no fetch can own them. */
export async function removeStaleLocks(gitDir: string): Promise<void> {
  for (const name of ['shallow.lock', `${fetchedRef}.lock`, 'packed-refs.lock', 'config.lock']) {
    await rm(join(gitDir, name), { force: true });
  }
}

/** Small packs and loose objects pile up with every fetch; what `git gc --auto` asks, without a process. */
export async function needsRepack(gitDir: string, maxPacks: number): Promise<boolean> {
  const packs = await readdir(join(gitDir, 'objects/pack')).catch(() => []);
  // Objects spread evenly over 256 folders, so one tells how many there are in all: here about 6,700.
  const loose = await readdir(join(gitDir, 'objects/17')).catch(() => []);
  return packs.filter((name) => name.endsWith('.pack')).length > maxPacks || loose.length > 26;
}
