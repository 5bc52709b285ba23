import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkingCopy, type WorkingCopy } from '../support/working-copy.ts';
import { type GitHost, startGitHost } from './git-host.ts';
import { git } from './git-program.ts';

const token = 'ghp_test';
let directory: string;
let host: GitHost;
let pushUrl: string;
let cloneUrl: string;
let work: WorkingCopy;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hookline-githost-'));
  host = await startGitHost({ directory, token });
  ({ cloneUrl, pushUrl } = await host.createRepository('acme/app'));
  work = await openWorkingCopy(join(directory, 'work'), { origin: pushUrl });
});
afterEach(async () => {
  await host.close();
  await rm(directory, { recursive: true, force: true });
});

describe('git over HTTP', () => {
  it('gives back what was pushed, also by commit id, filtered and shallow', async () => {
    const first = await work.commit('a.txt', 'one');
    await work.commit('b.txt', 'two');
    await work.git('push', '--quiet', 'origin', 'main');
    await git(directory, ['clone', '--quiet', '--filter=blob:none', cloneUrl, 'copy']);
    expect(await git(join(directory, 'copy'), ['rev-list', '--count', 'HEAD'])).toBe('2\n');
    await git(directory, ['init', '--quiet', '--bare', 'shallow']);
    await git(join(directory, 'shallow'), ['fetch', '--quiet', '--depth=1', cloneUrl, first]);
  });

  it('takes a push of several megabytes', async () => {
    const digits = Array.from({ length: 3_000_000 }, (_, at) => (at * at) % 251);
    const sha = await work.commit('big', digits.join(' '), 'big');
    await work.git('push', '--quiet', 'origin', 'main');
    expect(await work.git('ls-remote', 'origin', 'main')).toBe(`${sha}\trefs/heads/main\n`);
  });

  it('asks for the token before a push, and before anything of a private repository', async () => {
    await work.commit('a.txt', 'one');
    await expect(work.git('push', cloneUrl, 'main')).rejects.toThrow(
      /could not read Username|Authentication failed/,
    );
    const hidden = await host.createRepository('acme/hidden', { private: true });
    await expect(work.git('ls-remote', hidden.cloneUrl)).rejects.toThrow(/could not read Username/);
    await work.git('ls-remote', hidden.pushUrl);
  });

  it('lets nobody but itself write the references of pull requests', async () => {
    await work.commit('a.txt', 'one');
    await expect(work.git('push', 'origin', 'main:refs/pull/1/head')).rejects.toThrow(
      'deny updating a hidden ref',
    );
  });

  it('answers 503 while git is down', async () => {
    host.faults.gitDown = true;
    await expect(work.git('ls-remote', cloneUrl)).rejects.toThrow('503');
    host.faults.gitDown = false;
    await work.git('ls-remote', cloneUrl);
  });
});

describe('commit statuses', () => {
  const post = (sha: string, body: object, authorization = `Bearer ${token}`) =>
    fetch(`${host.apiUrl}/repos/acme/app/statuses/${sha}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const combined = async (ref: string) => {
    const response = await fetch(`${host.apiUrl}/repos/acme/app/commits/${ref}/status`);
    return (await response.json()) as { state: string; total_count: number };
  };
  let sha: string;
  beforeEach(async () => {
    sha = await work.commit('a.txt', 'one');
    await work.git('push', '--quiet', 'origin', 'main');
  });

  it('are listed newest first, and the newest of each context counts', async () => {
    expect((await post(sha, { state: 'pending', context: 'hookline/build' })).status).toBe(201);
    expect(
      (await post(sha, { state: 'success', context: 'Hookline/build', description: 'done' })).status,
    ).toBe(201);
    expect(host.statuses('acme/app', sha).map(({ state }) => state)).toEqual(['success', 'pending']);
    expect(await combined('main')).toMatchObject({ state: 'success', total_count: 1 });
    const list = await fetch(`${host.apiUrl}/repos/acme/app/commits/${sha}/statuses`);
    expect(await list.json()).toMatchObject([
      { state: 'success', description: 'done' },
      { state: 'pending' },
    ]);
  });

  it.each([
    [{ state: 'cancelled' }, 422, 'state is not included in the list'],
    [
      { state: 'success', description: 'x'.repeat(141) },
      422,
      'description is too long (maximum is 140 characters)',
    ],
    [{ state: 'success', target_url: 'javascript:1' }, 422, 'target_url must use http(s) scheme'],
  ])('refuses %j', async (body, status, message) => {
    const response = await post(sha, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ message: 'Validation Failed', errors: [{ message }] });
  });

  it('refuses strangers with 401 and unknown commits with 422', async () => {
    expect((await post(sha, { state: 'success' }, 'Bearer wrong')).status).toBe(401);
    const response = await post('f'.repeat(40), { state: 'success' });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ message: `No commit found for SHA: ${'f'.repeat(40)}` });
    expect((await fetch(`${host.apiUrl}/repos/acme/nothing`)).status).toBe(404);
  });

  it('fail as often as the test wants them to', async () => {
    host.faults.statuses.push(502, 403);
    const answers = [];
    for (let at = 0; at < 3; at += 1) answers.push((await post(sha, { state: 'success' })).status);
    expect(answers).toEqual([502, 403, 201]);
  });
});
