import { z } from 'zod';
import type { Change, Interpretation } from '../runs/change.ts';
import type { GithubAccess } from './github-access.ts';
import { createGithubApi } from './github-api.ts';

const pullsJson = z.array(z.looseObject({ number: z.int(), base: z.looseObject({ repo: z.unknown() }) }));

const perPage = 100;
/** A thousand open ones. */
const mostPages = 10;
/** Repositories whose last answer is kept, to be asked whether it still holds. */
const keptAnswers = 1_000;

/**
 * The open pull requests of repositories, as their events would ask for them. Whatever happens to one brings it to the
 * first page, so that while that one stays the same nothing else is asked; GitHub does not count such a question.
 * https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests
 */
export function createGithubPullRequests(options: {
  apiUrl: string;
  access: GithubAccess;
  interpret: (delivery: { event: string; payload: unknown }) => Interpretation;
}): (repository: string, options: { signal: AbortSignal }) => Promise<Change[]> {
  // An API of its own: when reading is refused or slow, statuses are posted all the same.
  const { apiUrl, access } = options;
  const api = createGithubApi({ apiUrl, access, permissions: { pull_requests: 'read' } });
  const kept = new Map<string, { etag: string; changes: Change[] }>();

  function changesOf(text: string): Change[] {
    return pullsJson.parse(JSON.parse(text)).flatMap((pull) => {
      const { number, base } = pull;
      const payload = { action: 'synchronize', number, pull_request: pull, repository: base.repo };
      const asked = options.interpret({ event: 'pull_request', payload });
      return 'changes' in asked ? asked.changes : [];
    });
  }

  return async (repository, { signal }) => {
    const pathOf = (page: number) =>
      `/repos/${repository}/pulls?state=open&sort=updated&direction=desc&per_page=${perPage}&page=${page}`;
    const before = kept.get(repository);
    const first = await api.get(pathOf(1), signal, before?.etag);
    if (before && first.isUnchanged) return before.changes;
    const changes = changesOf(first.text);
    for (let page = 2; page <= mostPages && changes.length === (page - 1) * perPage; page += 1) {
      changes.push(...changesOf((await api.get(pathOf(page), signal)).text));
    }
    kept.delete(repository);
    for (const oldest of kept.keys()) if (kept.size >= keptAnswers) kept.delete(oldest);
    if (first.etag !== undefined) kept.set(repository, { etag: first.etag, changes });
    return changes;
  };
}
