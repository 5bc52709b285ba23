import type { Interpretation } from '../runs/change.ts';
import { type Forge, ForgeRefusal } from '../runs/forge.ts';
import { createGithubApi } from './github-api.ts';
import { createGithubPullRequests } from './github-pull-requests.ts';

export type GithubForgeOptions = {
  interpret: (delivery: { event: string; payload: unknown }) => Interpretation;
  /** `https://github.com`, or an Enterprise Server; clone URLs are built from it. */
  serverUrl: string;
  /** `https://api.github.com`, or `https://HOST/api/v3`. */
  apiUrl: string;
  token?: string;
};

const contentType = 'application/json';

/** GitHub and what speaks like it. With a token: clones by it, results as commit statuses. */
export function createGithubForge(options: GithubForgeOptions): Forge {
  const { token } = options;
  const api = createGithubApi({ apiUrl: options.apiUrl, ...(token === undefined ? {} : { token }) });

  return {
    interpret: ({ event, body }) =>
      options.interpret({ event, payload: JSON.parse(Buffer.from(body).toString('utf8')) as unknown }),

    sourceOf: (change) => ({
      repository: change.repository,
      cloneUrl: `${options.serverUrl}/${change.repository}.git`,
      ref: change.ref,
      sha: change.sha,
    }),

    // GitHub takes any user name beside a token; this is the one its own documentation uses for App tokens.
    cloneCredential: async () =>
      token === undefined ? undefined : { username: 'x-access-token', password: token },

    ...(token === undefined
      ? {}
      : {
          openPullRequests: createGithubPullRequests({
            apiUrl: options.apiUrl,
            token,
            interpret: options.interpret,
          }),
        }),

    async postStatus(status, { targetUrl, signal }) {
      if (token === undefined) {
        throw new ForgeRefusal('refused', 'no GITHUB_TOKEN is set: commit statuses cannot be posted');
      }
      const { repository, sha, state, description, context } = status;
      const body = JSON.stringify({ state, description, context, target_url: targetUrl });
      await api.post(`/repos/${repository}/statuses/${sha}`, body, contentType, signal);
    },
  };
}
