import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createGithubApi } from '../../../src/github/github-api.ts';
import { createGithubApp } from '../../../src/github/github-app.ts';
import { ForgeRefusal } from '../../../src/runs/forge.ts';
import { startGitHost } from '../../githost/git-host.ts';

async function installed(permissions: Record<string, 'read' | 'write'> = { pull_requests: 'read' }) {
  const directory = await mkdtemp(join(tmpdir(), 'hl-app-'));
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const git = await startGitHost({ directory, token: 'ghp_somebody', now });
  onTestFinished(async () => {
    await git.close();
    await rm(directory, { recursive: true, force: true });
  });
  await git.createRepository('octo/app', { private: true });
  await git.createRepository('octo/other', { private: true });
  const app = git.installApp({ repositories: ['octo/app'], permissions });
  const access = createGithubApp({
    apiUrl: git.apiUrl,
    appId: app.id,
    privateKey: createPrivateKey(app.privateKey),
    now,
  });
  const tokenOf = async (repository = 'octo/app') =>
    (await access.credentialFor(repository, { pull_requests: 'read' })).token;
  return { git, app, access, tokenOf, wait: (ms: number) => (offsetMs += ms) };
}

it('a token is made once for all who ask at the same moment, and kept', async () => {
  const { tokenOf } = await installed();
  const tokens = await Promise.all([tokenOf(), tokenOf(), tokenOf()]);
  expect(new Set([...tokens, await tokenOf()]).size).toBe(1);
});

it('a token is good for its repository and its permissions alone', async () => {
  const { git, tokenOf } = await installed({ pull_requests: 'read', contents: 'write' });
  const token = await tokenOf();
  const get = async (path: string) =>
    (await fetch(`${git.apiUrl}/repos/${path}`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await get('octo/app/pulls')).toBe(200);
  expect(await get('octo/app/hooks')).toBe(404);
  expect(await get('octo/other/pulls')).toBe(404);
});

it('another one is made ten minutes before a token expires', async () => {
  const { tokenOf, wait } = await installed();
  const first = await tokenOf();
  wait(49 * 60_000);
  expect(await tokenOf()).toBe(first);
  wait(2 * 60_000);
  expect(await tokenOf()).not.toBe(first);
});

it('a token that GitHub refuses before its time is made anew, once', async () => {
  const { git, access, tokenOf } = await installed();
  const api = createGithubApi({ apiUrl: git.apiUrl, access, permissions: { pull_requests: 'read' } });
  const before = await tokenOf();
  git.revokeAppTokens();
  expect((await api.get('/repos/octo/app/pulls')).text).toBe('[]');
  expect(await tokenOf()).not.toBe(before);
});

it('a repository without the App is told by name, with what to do', async () => {
  const { tokenOf } = await installed();
  const refused = tokenOf('octo/other');
  await expect(refused).rejects.toBeInstanceOf(ForgeRefusal);
  await expect(refused).rejects.toThrow(/Not Found; install GitHub App 1 on octo\/other/);
});

it('a permission that the App was not given is told by name', async () => {
  const { access } = await installed();
  await expect(access.credentialFor('octo/app', { checks: 'write' })).rejects.toThrow(
    /not granted to this installation\.; GitHub App 1 needs "checks: write" on octo\/app/,
  );
});

it('a key of another App proves nothing', async () => {
  const { git, app } = await installed();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const access = createGithubApp({ apiUrl: git.apiUrl, appId: app.id, privateKey });
  await expect(access.credentialFor('octo/app', {})).rejects.toThrow(
    /JSON web token could not be decoded; .* mend GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY/,
  );
});
