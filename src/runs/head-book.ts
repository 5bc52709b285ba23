import type { Change } from './change.ts';
import type { OwnDelivery } from './own-delivery.ts';

/** A repository that something arrived from, and what has to be known to ask for its references. */
export type KnownRepository = Pick<Change, 'provider' | 'repository' | 'codecommit' | 'defaultBranch'>;

export type KnownHead = {
  sha: string;
  /** Another commit that stood there when it was last looked at, of which nothing is known, and since when. */
  foundSha?: string;
  foundAtMs?: number;
};

/** What a look at a repository comes to. */
export type HeadChanges = {
  /** Stood there, and somebody knows of them. */
  learned: readonly { ref: string; sha: string }[];
  /** Stand there, and nobody knows why: a delivery may be on its way. */
  suspected: readonly { ref: string; sha: string }[];
  /** Were suspected for long enough. */
  takenIn: readonly { ref: string; sha: string; delivery: OwnDelivery }[];
  /** Do not exist any more. */
  gone: readonly string[];
};

/**
 * PORT. The heads of branches and pull requests as they were last heard of or seen, and whose turn it is to look. Any
 * number of processes may ask.
 */
export type HeadBook = {
  /** A delivery named it. With `isLate` it is only taken down where nothing is known of the reference. */
  note(
    change: KnownRepository & Pick<Change, 'ref' | 'sha'>,
    how: { atMs: number; isLate: boolean },
  ): Promise<void>;
  forget(repository: string, ref: string): Promise<void>;
  /** It is to be looked at, although nothing may have come from it. */
  watch(place: KnownRepository, atMs: number): Promise<void>;
  /** Those that something arrived from since then. */
  repositories(sinceMs: number): Promise<KnownRepository[]>;
  /**
   * Gives a repository to one of those who ask, unless somebody was given it at `unlessSinceMs` or later. `isFirst`: nobody
   * has looked at the whole of it yet.
   */
  claim(
    repository: string,
    options: { nowMs: number; unlessSinceMs: number },
  ): Promise<{ isFirst: boolean } | undefined>;
  known(repository: string): Promise<ReadonlyMap<string, KnownHead>>;
  /** Deliveries of the repository wait to be planned: what they name is not known yet. */
  isBusy(repository: string): Promise<boolean>;
  hasRun(change: Pick<Change, 'repository' | 'ref' | 'sha'>): Promise<boolean>;
  /** Whether a delivery was made of it because none had come. */
  wasTakenIn(change: Pick<Change, 'repository' | 'ref' | 'sha'>): Promise<boolean>;
  /** All of it together, the deliveries into the inbox; the repository counts as looked at from then on. */
  settle(repository: string, changes: HeadChanges, atMs: number): Promise<void>;
};

/** The id of the delivery that is made of a head: the second one of it is a duplicate. */
export function headDeliveryId({ repository, ref, sha }: Pick<Change, 'repository' | 'ref' | 'sha'>): string {
  return `head-${repository}-${ref}-${sha}`;
}
