import type { RemoteRefs, RemoteRepository } from '../runs/remote-refs.ts';
import { asSourceRefusal } from './source-refusals.ts';

type ListRemote = (
  repository: RemoteRepository,
  wanted: { names: readonly string[] } | 'HEAD',
  options: { signal?: AbortSignal | undefined },
) => Promise<{ refs: ReadonlyMap<string, string>; head?: string }>;

/** References as `git ls-remote` tells them: one way for every provider, and none of its API's hourly requests. */
export function createRemoteRefs(listRemote: ListRemote): RemoteRefs {
  const branches = 'refs/heads/';
  return {
    async list(repository, names, { signal }) {
      const { refs } = await listRemote(repository, { names }, { signal }).catch(asSourceRefusal);
      return refs;
    },

    async defaultBranch(repository, { signal }) {
      const { head } = await listRemote(repository, 'HEAD', { signal }).catch(asSourceRefusal);
      return head?.startsWith(branches) ? head.slice(branches.length) : undefined;
    },
  };
}
