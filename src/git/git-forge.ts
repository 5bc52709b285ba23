import type { Interpretation } from '../runs/change.ts';
import { type CloneCredential, type Forge, SourceRefusal } from '../runs/forge.ts';

export type GitForgeOptions = {
  interpret: (delivery: { payload: unknown }) => Interpretation;
  /** Addresses by names. */
  repositories: ReadonlyMap<string, string>;
  /** By origin. */
  credentials: ReadonlyMap<string, CloneCredential>;
};

/**
 * Any git server: repositories are those that the settings name, and nothing else is known of it. It takes no results.
 * A sender of webhooks never says where code is fetched from, and who gets a credential is decided by the address alone.
 */
export function createGitForge({ interpret, repositories, credentials }: GitForgeOptions): Forge {
  function urlOf(repository: string): string {
    const url = repositories.get(repository);
    if (url !== undefined) return url;
    throw new SourceRefusal(
      'refused',
      `the address of ${repository} is not known any more: name it in HOOKLINE_GIT_REPOSITORIES`,
    );
  }

  return {
    interpret: ({ body }) =>
      interpret({ payload: JSON.parse(Buffer.from(body).toString('utf8')) as unknown }),
    sourceOf: ({ repository, ref, sha }) => ({ repository, cloneUrl: urlOf(repository), ref, sha }),
    async cloneCredential({ repository }) {
      return credentials.get(new URL(urlOf(repository)).origin);
    },
  };
}
