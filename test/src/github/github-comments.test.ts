import { createPrivateKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createGithubApp } from '../../../src/github/github-app.ts';
import { createGithubComments } from '../../../src/github/github-comments.ts';
import type { CommentAnswer } from '../../../src/runs/comment-command.ts';
import { ForgeRefusal } from '../../../src/runs/forge.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlCommentBook } from '../../../src/sql/sql-comment-book.ts';
import { startGitHost } from '../../githost/git-host.ts';
import { openWorkingCopy } from '../../support/working-copy.ts';

const signal = AbortSignal.timeout(60_000);

/** A pull request, an App that may write below it, and what does so. */
async function opened(level: 'read' | 'write' = 'write') {
  const directory = await mkdtemp(join(tmpdir(), 'hl-comments-'));
  const git = await startGitHost({ directory, token: 'ghp_somebody' });
  const db = await openSqlite(':memory:');
  onTestFinished(async () => {
    await git.close();
    await db.destroy();
    await rm(directory, { recursive: true, force: true });
  });
  const { pushUrl } = await git.createRepository('octo/app');
  const copy = await openWorkingCopy(join(directory, 'work'), { origin: pushUrl });
  await copy.commit('a', '1', 'One');
  await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main', 'HEAD:refs/heads/topic');
  const pull = await git.openPullRequest({ repository: 'octo/app', head: 'topic', base: 'main' });
  const permissions = { pull_requests: level };
  const { id, privateKey } = git.installApp({ repositories: ['octo/app'], permissions });
  const { apiUrl } = git;
  const access = createGithubApp({ apiUrl, appId: id, privateKey: createPrivateKey(privateKey) });
  const book = createSqlCommentBook(db);
  let marks = 0;
  const newMark = () => `mark${++marks}`;
  /** As a process that has just started. */
  const newComments = () => createGithubComments({ apiUrl, access, book, newMark });
  const command = git.comment(pull, '/hookline retry', 'ada');
  const answer: CommentAnswer = {
    provider: 'github',
    id: 'd1',
    repository: 'octo/app',
    pullRequest: pull.number,
    commentId: command.id,
    sign: 'refused',
    text: 'It is running',
  };
  return { git, pull, command, answer, newComments, written: () => git.comments(pull).slice(1) };
}

it('an answer is one sign and one comment, however often it is given', async () => {
  const { command, answer, newComments, written } = await opened();
  await newComments().answerComment(answer, { signal });
  await newComments().answerComment(answer, { signal });
  expect(command.reactions.map(({ content }) => content)).toEqual(['confused']);
  expect(written().map(({ texts }) => texts.at(-1))).toEqual(['<!-- hookline mark1 -->\nIt is running']);
});

it('an answer whose writer died before it heard of it is found again, whatever others wrote', async () => {
  const { git, pull, answer, newComments, written } = await opened();
  git.faults.comments.push('unheard');
  await expect(newComments().answerComment(answer, { signal })).rejects.toThrow(/502/);
  for (let count = 0; count < 120; count += 1) git.comment(pull, 'mark1, <!-- hookline mark1 -->', 'mallory');
  await newComments().answerComment({ ...answer, text: 'Again' }, { signal });
  const ours = written().filter(({ author }) => author !== 'mallory');
  expect(ours.map(({ texts }) => texts.length)).toEqual([2]);
  expect(ours[0]?.texts.at(-1)).toContain('Again');
});

it('a sign alone writes nothing, and a text of any length fits', async () => {
  const { command, answer, newComments, written } = await opened();
  const { text: _text, ...sign } = answer;
  await newComments().answerComment({ ...sign, sign: 'taken' }, { signal });
  expect(command.reactions.map(({ content }) => content)).toEqual(['eyes']);
  expect(written()).toEqual([]);
  await newComments().answerComment({ ...answer, text: 'ä'.repeat(70_000) }, { signal });
  expect(Buffer.byteLength(written()[0]?.texts[0] ?? '')).toBeLessThanOrEqual(65_536);
});

it('an App that may only read answers nothing, and that is no passing trouble', async () => {
  const { answer, newComments } = await opened('read');
  await expect(newComments().answerComment(answer, { signal })).rejects.toThrow(ForgeRefusal);
});

it('says where a pull request stands, and nothing of one that there is not', async () => {
  const { pull, newComments } = await opened();
  expect(await newComments().pullRequestHead('octo/app', pull.number, { signal })).toBe(pull.headSha);
  await expect(newComments().pullRequestHead('octo/app', 99, { signal })).rejects.toThrow(ForgeRefusal);
});

it('the comment of a pull request is one, however often it changes and whoever is at it', async () => {
  const { git, pull, newComments, written } = await opened();
  const place = { repository: 'octo/app', pullRequest: pull.number };
  git.faults.comments.push('unheard');
  await expect(newComments().postComment(place, 'Queued', { signal })).rejects.toThrow(/502/);
  await newComments().postComment(place, 'Running', { signal });
  await newComments().postComment(place, 'Done', { signal });
  const marked = (text: string) => `<!-- hookline mark1 -->\n${text}`;
  expect(written().map(({ texts }) => texts)).toEqual([['Queued', 'Running', 'Done'].map(marked)]);

  const [only] = written();
  if (only) git.deleteComment(only);
  await newComments().postComment(place, 'Again', { signal });
  expect(written().map(({ texts }) => texts.length)).toEqual([1]);
  // What holds the old mark by now may be anybody's.
  expect(written()[0]?.texts[0]).not.toContain('mark1 ');
});
