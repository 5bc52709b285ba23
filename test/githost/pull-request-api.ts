import { hash } from 'node:crypto';
import { Hono } from 'hono';
import { pullRequestJson } from './pull-request-payload.ts';
import type { PullRequest } from './pull-requests.ts';
import type { HostUrls } from './repository-json.ts';

/**
 * The open pull requests of a repository, page by page, with the tag by which GitHub says that an answer still holds.
 * https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
 */
export function pullRequestApi(parts: {
  urls: () => HostUrls;
  /** Undefined where the repository does not exist for whoever asks. */
  listOf: (
    path: { owner: string; repo: string },
    authorization: string | undefined,
  ) => PullRequest[] | undefined;
  error: (message: string, status: number) => object;
}): Hono {
  const app = new Hono();

  app.get('/repos/:owner/:repo/pulls', (c) => {
    const pulls = parts.listOf(c.req.param(), c.req.header('authorization'));
    if (pulls === undefined) return c.json(parts.error('Not Found', 404), 404);
    const perPage = Math.min(Number(c.req.query('per_page') ?? 30), 100);
    const page = Number(c.req.query('page') ?? 1);
    const shown = pulls.slice((page - 1) * perPage, page * perPage);
    // The list leaves out what only the request for a single one computes, and says nothing of merging.
    const list = shown.map((pull) => {
      const { mergeable, mergeable_state, rebaseable, merged, merged_by, ...json } = pullRequestJson(
        parts.urls(),
        pull,
      );
      return { ...json, updated_at: pull.createdAt.toISOString() };
    });
    const etag = `W/"${hash('sha256', JSON.stringify(list))}"`;
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, { etag });
    return c.json(list, 200, { etag });
  });

  app.get('/repos/:owner/:repo/pulls/:number', (c) => {
    const pulls = parts.listOf(c.req.param(), c.req.header('authorization'));
    const pull = pulls?.find(({ number }) => number === Number(c.req.param('number')));
    if (pull === undefined) return c.json(parts.error('Not Found', 404), 404);
    return c.json(pullRequestJson(parts.urls(), pull));
  });

  return app;
}
