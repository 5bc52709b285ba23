import { createPrivateKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createGithubApp } from '../../../src/github/github-app.ts';
import { createGithubChecks } from '../../../src/github/github-checks.ts';
import { createMayWrite } from '../../../src/github/github-permission.ts';
import type { CheckReport, CheckRun } from '../../../src/runs/check-run.ts';
import { ForgeRefusal } from '../../../src/runs/forge.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlCheckBook } from '../../../src/sql/sql-check-book.ts';
import { startGitHost } from '../../githost/git-host.ts';
import { openWorkingCopy } from '../../support/working-copy.ts';

const targetUrl = 'https://ci.example.com/runs/run';
const nothing: CheckReport = { summary: 'As told', text: '', annotations: [] };

/** An App on a repository with one commit, and what posts its checks. */
async function installed() {
  const directory = await mkdtemp(join(tmpdir(), 'hl-checks-'));
  const git = await startGitHost({ directory, token: 'ghp_somebody' });
  const db = await openSqlite(':memory:');
  onTestFinished(async () => {
    await git.close();
    await db.destroy();
    await rm(directory, { recursive: true, force: true });
  });
  const { pushUrl } = await git.createRepository('octo/app');
  const copy = await openWorkingCopy(join(directory, 'work'), { origin: pushUrl });
  const sha = await copy.commit('a', '1', 'One');
  await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
  const { id, privateKey } = git.installApp({ repositories: ['octo/app'], permissions: { checks: 'write' } });
  const { apiUrl } = git;
  const access = createGithubApp({ apiUrl, appId: id, privateKey: createPrivateKey(privateKey) });
  const book = createSqlCheckBook(db);
  const check: CheckRun = {
    provider: 'github',
    repository: 'octo/app',
    sha,
    name: 'hookline / test',
    externalId: 'job1',
    runId: 'run',
    state: 'queued',
    title: 'Queued',
    actions: ['cancel'],
  };
  /** As a process that has just started. */
  const newPost = () => createGithubChecks({ apiUrl, access, book });
  return { git, access, check, newPost, checks: () => git.checks('octo/app', sha) };
}

it('a job that is told twice at once has one check run, with what was said last', async () => {
  const { check, newPost, checks } = await installed();
  const post = newPost();
  const running = { ...check, state: 'in_progress', title: 'Running' } as const;
  const done = { ...check, state: 'success', title: 'Succeeded', finishedAtMs: Date.now() } as const;
  await Promise.all([check, running, done].map((told) => post(told, nothing, { targetUrl })));
  expect(checks()).toHaveLength(1);
  expect(checks()[0]).toMatchObject({
    name: 'hookline / test',
    external_id: 'job1',
    details_url: targetUrl,
    title: 'Succeeded',
    summary: 'As told',
    states: ['queued', 'in_progress', 'success'],
  });
});

it('a check run whose maker died before it heard of it is found again', async () => {
  const { git, check, newPost, checks } = await installed();
  git.faults.checks.push('unheard');
  await expect(newPost()(check, nothing, { targetUrl })).rejects.toThrow(/502/);
  await newPost()({ ...check, state: 'in_progress' }, nothing, { targetUrl });
  expect(checks().map(({ states }) => states)).toEqual([['queued', 'in_progress']]);
});

it('what ended is brought back to the queue when the job is run again', async () => {
  const { check, newPost, checks } = await installed();
  const ended = { ...check, state: 'failure', finishedAtMs: 5 } as const;
  await newPost()(ended, nothing, { targetUrl });
  await newPost()(check, nothing, { targetUrl });
  expect(checks()).toMatchObject([{ status: 'queued', conclusion: null, completed_at: null }]);
});

it('annotations go out fifty at a time, and none of them twice', async () => {
  const { git, check, newPost, checks } = await installed();
  const annotations = Array.from({ length: 120 }, (_, index) => ({
    file: '.hookline.yml',
    line: index + 1,
    column: 3,
    endColumn: 7,
    message: `mistake ${index}`,
    expected: 'something else',
  }));
  const failed = { ...check, state: 'failure' } as const;
  const post = () => newPost()(failed, { ...nothing, annotations }, { targetUrl });
  // The first fifty are taken, and the answer to the second fifty is lost.
  git.faults.checks.push({ lateMs: 0 }, 'unheard');
  await expect(post()).rejects.toThrow(/502/);
  expect(checks()[0]?.annotations).toHaveLength(100);
  await post();
  expect(checks()[0]?.annotations.map(({ start_line }) => start_line)).toEqual(
    annotations.map(({ line }) => line),
  );
  expect(checks()[0]?.annotations[0]).toMatchObject({ start_column: 3, end_column: 6 });
});

it('an annotation without columns is about its whole line', async () => {
  const { check, newPost, checks } = await installed();
  const annotations = [{ file: 'cart.ts', line: 7, title: 'Cart: totals', message: '3 is not 4' }];
  await newPost()({ ...check, state: 'failure' }, { ...nothing, annotations }, { targetUrl });
  const [sent] = checks()[0]?.annotations ?? [];
  expect(sent).toMatchObject({
    path: 'cart.ts',
    start_line: 7,
    title: 'Cart: totals',
    message: '3 is not 4',
  });
  expect(sent).not.toHaveProperty('start_column');
});

it('what GitHub will never take is a refusal', async () => {
  const { check, newPost } = await installed();
  const posted = newPost()({ ...check, sha: 'f'.repeat(40) }, nothing, { targetUrl });
  await expect(posted).rejects.toBeInstanceOf(ForgeRefusal);
  await expect(posted).rejects.toThrow(/No commit found for SHA/);
});

it('who may write to the repository is asked of GitHub', async () => {
  const { git, access } = await installed();
  git.writers.add('ada');
  const mayWrite = createMayWrite({ apiUrl: git.apiUrl, access });
  const signal = AbortSignal.timeout(30_000);
  expect(await mayWrite('octo/app', 'ada', { signal })).toBe(true);
  expect(await mayWrite('octo/app', 'mallory', { signal })).toBe(false);
});
