import { z } from 'zod';
import type { CommentBook } from '../runs/comment-book.ts';
import { fitBytes } from '../runs/fit-bytes.ts';
import { type Forge, ForgeRefusal } from '../runs/forge.ts';
import type { GithubAccess } from './github-access.ts';
import { createGithubApi } from './github-api.ts';

const commentJson = z.object({ id: z.int().positive(), body: z.string().nullish() });
const commentsJson = z.array(commentJson);
const pullJson = z.object({ state: z.string(), head: z.object({ sha: z.string() }) });

/** "Body is too long (maximum is 65536 characters)"; a byte is never more than a character. */
const mostBytes = 65_536;
const perPage = 100;
/** Two thousand comments. */
const mostPages = 20;

const signs = { taken: 'eyes', refused: 'confused' } as const;

type Place = { repository: string; pullRequest: number };

/**
 * Comments below pull requests, for which GitHub asks for "Pull requests: write" although the addresses are those of issues.
 * https://docs.github.com/en/rest/issues/comments
 * https://docs.github.com/en/rest/reactions/reactions#create-reaction-for-an-issue-comment
 */
export function createGithubComments({
  apiUrl,
  access,
  book,
  newMark,
}: {
  apiUrl: string;
  access: GithubAccess;
  book: CommentBook;
  newMark: () => string;
}): Required<Pick<Forge, 'pullRequestHead' | 'answerComment' | 'postComment'>> {
  const api = createGithubApi({ apiUrl, access, permissions: { pull_requests: 'write' } });
  const reading = createGithubApi({ apiUrl, access, permissions: { pull_requests: 'read' } });

  /** Whoever wrote it died before its number was noted. Nobody else knew the mark then, so that the oldest is ours. */
  async function find({ repository, pullRequest }: Place, mark: string, signal?: AbortSignal) {
    for (let page = 1; page <= mostPages; page += 1) {
      const path = `/repos/${repository}/issues/${pullRequest}/comments?per_page=${perPage}&page=${page}`;
      const comments = commentsJson.parse(JSON.parse((await api.get(path, signal)).text));
      const found = comments.find(({ body }) => body?.includes(mark));
      if (found || comments.length < perPage) return found?.id;
    }
    return undefined;
  }

  /** The one comment of this key, made or brought up to date. */
  async function put(key: string, place: Place, text: string, signal?: AbortSignal): Promise<void> {
    const { isFirst, mark, id: noted } = await book.begin(key, newMark());
    const hidden = `<!-- hookline ${mark} -->\n`;
    const body = `${hidden}${fitBytes(text, mostBytes - Buffer.byteLength(hidden))}`;
    const { repository, pullRequest } = place;
    const id = noted ?? (isFirst ? undefined : await find(place, mark, signal));
    if (id === undefined) {
      const answer = await api.post(`/repos/${repository}/issues/${pullRequest}/comments`, { body }, signal);
      return book.keep(key, commentJson.parse(JSON.parse(answer)).id);
    }
    if (noted === undefined) await book.keep(key, id);
    try {
      await api.patch(`/repos/${repository}/issues/comments/${id}`, { body }, signal);
    } catch (error) {
      if (!(error instanceof ForgeRefusal) || error.code !== 'not-found') throw error;
      // Somebody deleted it.
      await book.forget(key, id);
      await put(key, place, text, signal);
    }
  }

  return {
    async pullRequestHead(repository, number, { signal }) {
      const { text } = await reading.get(`/repos/${repository}/pulls/${number}`, signal);
      const { state, head } = pullJson.parse(JSON.parse(text));
      return state === 'open' ? head.sha : undefined;
    },

    postComment: (place, text, { signal }) =>
      put(`pull ${place.repository} ${place.pullRequest}`, place, text, signal),

    async answerComment(answer, { signal }) {
      const { repository, commentId, sign, text } = answer;
      const path = `/repos/${repository}/issues/comments/${commentId}/reactions`;
      // The same one a second time is no second one.
      await api.post(path, { content: signs[sign] }, signal);
      if (text !== undefined) await put(`answer ${answer.id}`, answer, text, signal);
    },
  };
}
