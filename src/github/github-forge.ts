import { systemClock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Interpretation } from '../runs/change.ts';
import type { CheckBook } from '../runs/check-book.ts';
import type { CheckRequest } from '../runs/check-request.ts';
import type { CommentBook } from '../runs/comment-book.ts';
import type { CommentRequest } from '../runs/comment-command.ts';
import type { RecordedDelivery } from '../runs/delivery-queue.ts';
import { type Forge, ForgeRefusal, SourceRefusal } from '../runs/forge.ts';
import type { GithubAccess } from './github-access.ts';
import { createGithubApi } from './github-api.ts';
import { createGithubChecks } from './github-checks.ts';
import { createGithubComments } from './github-comments.ts';
import { createMayWrite } from './github-permission.ts';
import { createGithubPullRequests } from './github-pull-requests.ts';
import { createRequiredChecks } from './github-required.ts';

export type GithubDelivery = { event: string; payload: unknown };

export type GithubForgeOptions = {
  interpret: (delivery: GithubDelivery) => Interpretation;
  /** `https://github.com`, or an Enterprise Server; clone URLs are built from it. */
  serverUrl: string;
  /** `https://api.github.com`, or `https://HOST/api/v3`. */
  apiUrl: string;
  access?: GithubAccess;
  /** Absent: what is written below pull requests is not looked at. */
  comments?: {
    book: CommentBook;
    requestOf: (delivery: GithubDelivery) => CommentRequest | undefined;
    newMark: () => string;
  };
  /** Wanted of an App, which reports by check runs. */
  checks?: { book: CheckBook; requestOf: (delivery: GithubDelivery) => CheckRequest | undefined };
};

/** GitHub and what speaks like it. With a token or as an App: clones by it, results as commit statuses or, as an App, as check runs. */
export function createGithubForge(options: GithubForgeOptions): Forge {
  const { apiUrl, access, checks, comments } = options;
  const asked = access === undefined ? {} : { access };
  const statuses = createGithubApi({ apiUrl, ...asked, permissions: { statuses: 'write' } });

  return {
    interpret: (delivery) => options.interpret(payloadOf(delivery)),

    sourceOf: (change) => ({
      repository: change.repository,
      cloneUrl: `${options.serverUrl}/${change.repository}.git`,
      ref: change.ref,
      sha: change.sha,
    }),

    // GitHub takes any user name beside a token; this is the one its own documentation uses for App tokens.
    async cloneCredential({ repository }) {
      if (!access) return undefined;
      try {
        const { token, drop } = await access.credentialFor(repository, { contents: 'read' });
        return { username: 'x-access-token', password: token, ...(drop ? { drop } : {}) };
      } catch (error) {
        const code = error instanceof ForgeRefusal ? 'refused' : 'unreachable';
        throw new SourceRefusal(code, messageOf(error), { cause: error });
      }
    },

    ...(access
      ? { openPullRequests: createGithubPullRequests({ apiUrl, access, interpret: options.interpret }) }
      : {}),

    ...(access?.kind === 'app' && checks
      ? {
          postCheck: createGithubChecks({ apiUrl, access, book: checks.book }),
          requestOf: (delivery) => checks.requestOf(payloadOf(delivery)),
        }
      : {}),

    ...(access
      ? {
          mayWrite: createMayWrite({ apiUrl, access }),
          requiredChecks: createRequiredChecks({ apiUrl, access, elapsed: systemClock.elapsed }),
        }
      : {}),

    ...(access && comments
      ? {
          commentOf: (delivery) => comments.requestOf(payloadOf(delivery)),
          ...createGithubComments({ apiUrl, access, ...comments }),
        }
      : {}),

    async postStatus(status, { targetUrl, signal }) {
      if (!access) {
        const remedy = 'neither GITHUB_TOKEN nor GITHUB_APP_ID is set';
        throw new ForgeRefusal('refused', `${remedy}: commit statuses cannot be posted`);
      }
      const { repository, sha, state, description, context } = status;
      const body = { state, description, context, target_url: targetUrl };
      await statuses.post(`/repos/${repository}/statuses/${sha}`, body, signal);
    },
  };
}

function payloadOf({ event, body }: Pick<RecordedDelivery, 'event' | 'body'>): GithubDelivery {
  return { event, payload: JSON.parse(Buffer.from(body).toString('utf8')) as unknown };
}
