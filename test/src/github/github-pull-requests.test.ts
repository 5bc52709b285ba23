import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tokenAccess } from '../../../src/github/github-access.ts';
import { createGithubPullRequests } from '../../../src/github/github-pull-requests.ts';
import { interpretGithubEvent } from '../../../src/webhooks/github/interpret-github-event.ts';
import { startGitHost } from '../../githost/git-host.ts';
import { openWorkingCopy } from '../../support/working-copy.ts';

const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

it('open pull requests are told as their events would, and asked for anew only when something changed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-pulls-'));
  const git = await startGitHost({ directory: join(directory, 'git'), token });
  onTestFinished(async () => {
    await git.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  const { pushUrl } = await git.createRepository('octo/app');
  const copy = await openWorkingCopy(join(directory, 'work'), { origin: pushUrl });
  await copy.commit('a', '1', 'One');
  await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main', 'HEAD:refs/heads/topic');

  let interpreted = 0;
  const pullsOf = createGithubPullRequests({
    apiUrl: git.apiUrl,
    access: tokenAccess(token),
    interpret(delivery) {
      interpreted += 1;
      return interpretGithubEvent(delivery);
    },
  });
  const ask = () => pullsOf('octo/app', { signal: AbortSignal.timeout(20_000) });
  expect(await ask()).toEqual([]);
  await git.openPullRequest({ repository: 'octo/app', head: 'topic', base: 'main', title: 'A topic' });
  const first = await ask();
  expect(first).toMatchObject([
    {
      event: 'pull_request',
      repository: 'octo/app',
      ref: 'refs/pull/1/head',
      sha: await copy.head(),
      fork: false,
      title: 'A topic',
      pullRequest: { number: 1, headBranch: 'topic', baseBranch: 'main' },
    },
  ]);
  expect(await ask()).toEqual(first);
  expect(interpreted).toBe(1);

  await copy.commit('a', '2', 'Two');
  await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/topic');
  await git.settled();
  expect(await ask()).toMatchObject([{ ref: 'refs/pull/1/head', sha: await copy.head() }]);
  expect(interpreted).toBe(2);
});
