import type { CloneCredential } from './forge.ts';

export type RemoteRepository = { repository: string; cloneUrl: string; credential?: CloneCredential };

/**
 * PORT. What a repository's server says that its references stand at, at this moment. Nothing is fetched. Both reject with
 * a `SourceRefusal`.
 */
export type RemoteRefs = {
  /** Commit ids by full names. A name that ends in a slash stands for all below it; what does not exist is left out. */
  list(
    repository: RemoteRepository,
    names: readonly string[],
    options: { signal?: AbortSignal },
  ): Promise<ReadonlyMap<string, string>>;
  /** The short name of the default branch; undefined for a repository without commits. */
  defaultBranch(repository: RemoteRepository, options: { signal?: AbortSignal }): Promise<string | undefined>;
};
