import type { Log } from '../log.ts';
import type { Change } from './change.ts';
import { compareHeads } from './compare-heads.ts';
import { type Forge, ForgeRefusal } from './forge.ts';
import { type HeadBook, headDeliveryId, type KnownRepository } from './head-book.ts';
import { remoteOf } from './learn-schedules.ts';
import type { RemoteRefs } from './remote-refs.ts';

export type HeadPorts = {
  heads: HeadBook;
  refs: RemoteRefs;
  forges: Partial<Record<KnownRepository['provider'], Forge>>;
  now: () => number;
  newId: () => string;
  log: Log;
};

/** What of one repository is taken in at a time; the rest is for the next look. */
const mostAtOnce = 20;
const branches = 'refs/heads/';

/**
 * Compares the branches and open pull requests of a repository with what was heard of them, and takes in the commits that
 * no delivery and no run ever named. May be killed anywhere and done again. `more`: something was found that is to be looked
 * at again soon. `isPolled`: nobody tells of it otherwise, so that nothing is waited for and nothing was missed.
 */
export async function lookAtHeads(
  place: KnownRepository,
  { isFirst, isPolled = false }: { isFirst: boolean; isPolled?: boolean },
  ports: HeadPorts,
  signal: AbortSignal,
): Promise<'more' | 'done'> {
  const { heads, log } = ports;
  const { repository } = place;
  const forge = ports.forges[place.provider];
  if (!forge) return 'done';
  const startedAtMs = ports.now();
  const remote = await remoteOf({ ...place, ref: branches }, forge, signal);
  const standing = new Map(await ports.refs.list(remote, [branches], { signal }));
  const pulls = await askPullRequests(repository, forge, log, signal);
  for (const { ref, sha } of pulls ?? []) standing.set(ref, sha);
  // What waits in the inbox may name any of them, and is looked at first.
  if (await heads.isBusy(repository)) return 'more';

  const known = await heads.known(repository);
  const unknown = [...standing].filter(([ref, sha]) => known.get(ref)?.sha !== sha);
  const built = new Set<string>();
  for (const [ref, sha] of isFirst ? unknown.filter(([ref]) => known.has(ref)) : unknown) {
    if (await heads.hasRun({ repository, ref, sha })) built.add(ref);
  }
  const compared = compareHeads(standing, known, {
    isFirst,
    built,
    nowMs: startedAtMs,
    ...(isPolled ? { waitMs: 0 } : {}),
  });
  const takenIn = compared.missing.slice(0, mostAtOnce).map(({ ref, sha, before }) => {
    const change = pulls?.find((pull) => pull.ref === ref) ?? pushOf(place, { ref, sha });
    const id = ports.newId();
    const delivery = {
      id,
      deliveryId: headDeliveryId({ repository, ref, sha }),
      event: 'head',
      repository,
      body: { change: { ...change, ...(before === undefined ? {} : { before }) } },
      atMs: ports.now(),
      ...(isPolled ? {} : { recovered: true as const }),
    } as const;
    return { ref, sha, delivery };
  });
  const gone = compared.gone.filter((ref) => ref.startsWith(branches) || pulls !== undefined);
  await heads.settle(repository, { ...compared, takenIn, gone }, startedAtMs);
  for (const { ref, sha, delivery } of takenIn) {
    const how = isPolled ? 'found' : 'recovered';
    log.info(
      { repository, ref, sha, id: delivery.id, recovered: !isPolled },
      `${how}: ${ref} of ${repository}`,
    );
  }
  const isWaitedFor = [...standing].some(([ref, sha]) => known.get(ref)?.foundSha === sha);
  const isRest = compared.missing.length > takenIn.length;
  return compared.suspected.length > 0 || isRest || (isWaitedFor && takenIn.length === 0) ? 'more' : 'done';
}

/** Undefined where they cannot be asked for: then nothing is known of them, and nothing is forgotten. */
async function askPullRequests(
  repository: string,
  forge: Forge,
  log: Log,
  signal: AbortSignal,
): Promise<Change[] | undefined> {
  try {
    return await forge.openPullRequests?.(repository, { signal });
  } catch (error) {
    if (!(error instanceof ForgeRefusal)) throw error;
    log.debug({ repository, err: error }, 'pull requests cannot be compared');
    return undefined;
  }
}

/** The commit itself says the rest. */
function pushOf(place: KnownRepository, { ref, sha }: { ref: string; sha: string }): Change {
  return {
    ...place,
    event: 'push',
    ref,
    sha,
    branch: ref.slice(branches.length),
    fork: false,
    title: '',
    message: '',
    author: { name: 'unknown' },
  };
}
