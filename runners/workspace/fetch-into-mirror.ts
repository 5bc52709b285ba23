import { GitRefusal, isGitRefusal } from './git-refusal.ts';
import {
  fetchedRef,
  isShallow,
  type MirrorAccess,
  markerRef,
  readRef,
  wholeHistory,
  writeMarker,
} from './mirror-layout.ts';
import { runGit } from './run-git.ts';

export type FetchSettings = {
  depth: number;
  searchDepth: number;
  fetchTimeoutMs: number;
  idleTimeoutMs: number;
  maxPackBytes: number;
};

/**
 * Fetches the source's reference by its name and proves that the commit is reachable from it, looking further
 * back only when the newest commits do not hold it. The caller holds the mirror's lock.
 */
export async function fetchIntoMirror(mirror: MirrorAccess, settings: FetchSettings): Promise<void> {
  const { gitDir, source, marker } = mirror;
  if (source.byId) return await fetchNamedCommit(mirror, settings);
  for (const depth of new Set([settings.depth, Math.max(settings.depth, settings.searchDepth)])) {
    await fetchRefs(mirror, depth, [`+${source.ref}:${fetchedRef}`], settings);
    const tip = await readRef(gitDir, fetchedRef);
    // The tip needs no proof: the event that names it will find it here.
    await writeMarker(gitDir, markerRef(source.ref, tip), tip);
    if (tip === source.sha) return;
    const commit = source.ref.startsWith('refs/tags/') ? await peel(mirror, tip) : tip;
    if (commit === source.sha) return await writeMarker(gitDir, marker, tip);
    if (await isAncestor(mirror, commit)) return await writeMarker(gitDir, marker, source.sha);
  }
  throw new GitRefusal(
    'commit-unreachable',
    `${source.repository}: commit ${source.sha} is not among the newest ${settings.searchDepth} of ${source.ref}. ` +
      'The reference was moved by a force push, or the commit belongs to another one. Push again to run it.',
  );
}

/**
 * More of the history of a commit that is here already: by its id, so that it does not matter where its reference has
 * gone. All of the history brings all tags along. The caller holds the mirror's lock.
 */
export async function fetchHistory(mirror: MirrorAccess, settings: FetchSettings): Promise<void> {
  const { source, gitDir } = mirror;
  const tip = source.ref.startsWith('refs/tags/') ? await readRef(gitDir, mirror.marker) : source.sha;
  const refspecs = [`+${tip}:${fetchedRef}`];
  if (settings.depth < wholeHistory) return await fetchRefs(mirror, settings.depth, refspecs, settings);
  await fetchRefs(mirror, settings.depth, [...refspecs, '+refs/tags/*:refs/tags/*'], settings, ['--prune']);
}

/** Whether that many commits can be told, or there are no more. All of them are another matter: tags come and go. */
export async function hasHistory(mirror: MirrorAccess, depth: number): Promise<boolean> {
  if (depth <= 1) return true;
  if (depth >= wholeHistory) return false;
  const { gitDir, source, signal } = mirror;
  const args = ['rev-list', '--count', `--max-count=${depth}`, source.sha];
  const { stdout } = await runGit({ args, gitDir, ...namesAndLimits(source.repository), signal });
  return Number(stdout) >= depth || !(await isShallow(gitDir));
}

/** Most servers give a commit by its id. Of others everything is fetched that has a name, and it may be among that. */
async function fetchNamedCommit(mirror: MirrorAccess, settings: FetchSettings): Promise<void> {
  const { gitDir, source, marker, signal } = mirror;
  try {
    await fetchRefs(mirror, settings.depth, [`+${source.sha}:${fetchedRef}`], settings);
  } catch (error) {
    if (!isGitRefusal(error, 'commit-unreachable')) throw error;
    const everything = ['+refs/heads/*:refs/hookline/heads/*', '+refs/tags/*:refs/hookline/tags/*'];
    await fetchRefs(mirror, Math.max(settings.depth, settings.searchDepth), everything, settings);
    const args = ['cat-file', '-e', `${source.sha}^{commit}`];
    const { exitCode } = await runGit(
      { args, gitDir, ...namesAndLimits(source.repository), signal },
      [0, 1, 128],
    );
    if (exitCode !== 0) throw error;
  }
  await writeMarker(gitDir, marker, source.sha);
}

async function fetchRefs(
  mirror: MirrorAccess,
  depth: number,
  refspecs: readonly string[],
  settings: FetchSettings,
  options: readonly string[] = [],
): Promise<void> {
  const { gitDir, source, signal } = mirror;
  const protocol = source.url.protocol.slice(0, -1);
  await runGit({
    // Progress is what tells a slow server from a silent one.
    args: [
      ...['fetch', '--progress', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'],
      ...[...options, `--depth=${depth}`, '--', source.cloneUrl, ...refspecs],
    ],
    gitDir,
    protocols: protocol === 'http' || protocol === 'file' ? [protocol] : ['https'],
    ...(source.credential && { credential: { ...source.credential, origin: source.url.origin } }),
    repository: source.repository,
    timeoutMs: settings.fetchTimeoutMs,
    idleTimeoutMs: settings.idleTimeoutMs,
    maxFileBytes: settings.maxPackBytes,
    signal,
  });
}

async function isAncestor({ gitDir, source, signal }: MirrorAccess, tip: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', source.sha, tip];
  try {
    const command = { args, gitDir, ...namesAndLimits(source.repository), signal };
    return (await runGit(command, [0, 1])).exitCode === 0;
  } catch (error) {
    // Git says this of a commit it does not have, which here means only that it was not fetched.
    if (error instanceof GitRefusal && error.message.includes(`Not a valid commit name ${source.sha}`))
      return false;
    throw error;
  }
}

async function peel({ gitDir, source, signal }: MirrorAccess, tip: string): Promise<string> {
  const args = ['rev-parse', '--verify', `${tip}^{commit}`];
  const command = { args, gitDir, ...namesAndLimits(source.repository), signal };
  return (await runGit(command)).stdout.trim();
}

function namesAndLimits(repository: string) {
  return { repository, timeoutMs: 60_000 };
}
