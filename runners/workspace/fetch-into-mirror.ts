import { GitRefusal } from './git-refusal.ts';
import { fetchedRef, type MirrorAccess, markerRef, readRef, writeMarker } from './mirror-layout.ts';
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
  for (const depth of new Set([settings.depth, Math.max(settings.depth, settings.searchDepth)])) {
    await fetchReference(mirror, depth, settings);
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

async function fetchReference(mirror: MirrorAccess, depth: number, settings: FetchSettings): Promise<void> {
  const { gitDir, source, signal } = mirror;
  const protocol = source.url.protocol.slice(0, -1);
  await runGit({
    // Progress is what tells a slow server from a silent one.
    args: [
      ...['fetch', '--progress', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'],
      ...[`--depth=${depth}`, '--', source.cloneUrl, `+${source.ref}:${fetchedRef}`],
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
    const command = { args, gitDir, repository: source.repository, timeoutMs: 60_000, signal };
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
  const command = { args, gitDir, repository: source.repository, timeoutMs: 60_000, signal };
  return (await runGit(command)).stdout.trim();
}
