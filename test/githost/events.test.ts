import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Webhooks } from '@octokit/webhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkingCopy, type WorkingCopy } from '../support/working-copy.ts';
import { noCommit } from './bare-repository.ts';
import { examplePayload, type Json, missingFields } from './example-payload.ts';
import { type GitHost, startGitHost } from './git-host.ts';

type Received = { headers: IncomingHttpHeaders; body: string; payload: Json };

let directory: string;
let host: GitHost;
let work: WorkingCopy;
let receiver: Server;
let hookUrl: string;
let received: Received[];
let answer: number;

function isSigned(request: Received | undefined, secret: string): Promise<boolean> {
  const signature = String(request?.headers['x-hub-signature-256']);
  return new Webhooks({ secret }).verify(request?.body ?? '', signature);
}

async function push(...args: string[]): Promise<Received[]> {
  const earlier = received.length;
  await work.git('push', '--quiet', ...args);
  await host.settled();
  return received.slice(earlier);
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hookline-githost-'));
  received = [];
  answer = 202;
  receiver = createServer(async (request, response) => {
    const body = await text(request);
    const json =
      request.headers['content-type'] === 'application/json'
        ? body
        : new URLSearchParams(body).get('payload');
    received.push({ headers: request.headers, body, payload: JSON.parse(json ?? '') as Json });
    response.writeHead(answer).end('thanks');
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  hookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/github`;
  host = await startGitHost({ directory });
  const { pushUrl } = await host.createRepository('acme/app');
  await host.addHook('acme/app', { url: hookUrl, secret: 'one' });
  work = await openWorkingCopy(join(directory, 'work'), { origin: pushUrl });
});
afterEach(async () => {
  await host.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

describe('a registered webhook', () => {
  it('is pinged, with the headers and the signature that GitHub sends', async () => {
    const [ping] = received;
    expect(ping?.headers).toMatchObject({
      'x-github-event': 'ping',
      'x-github-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-github-hook-id': '1',
      'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
      'content-type': 'application/json',
    });
    expect(await isSigned(ping, 'one')).toBe(true);
    expect(missingFields(examplePayload('ping'), ping?.payload ?? {})).toEqual([]);
  });

  it('gets forms when it asks for forms, signed as they are sent', async () => {
    await host.addHook('acme/app', { url: hookUrl, secret: 'two', contentType: 'form' });
    const form = received.at(-1);
    expect(form?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(await isSigned(form, 'two')).toBe(true);
    expect(form?.payload).toMatchObject({ hook_id: 2 });
  });

  it('leaves a log of deliveries, from which one is sent again under its old id', async () => {
    answer = 503;
    await work.commit('a.txt', 'one');
    await push('origin', 'main');
    const failed = host.deliveries().at(-1);
    expect(failed).toMatchObject({
      event: 'push',
      redelivery: false,
      response: { status: 503, body: 'thanks' },
    });
    answer = 202;
    const again = await host.redeliver(failed?.id ?? 0);
    expect(again).toMatchObject({ guid: failed?.guid, redelivery: true, response: { status: 202 } });
    expect(received.at(-1)?.body).toBe(received.at(-2)?.body);
  });

  it('that nobody listens to leaves a delivery without a response', async () => {
    await host.addHook('acme/app', { url: 'http://127.0.0.1:1/' });
    expect(host.deliveries().at(-1)).toMatchObject({ event: 'ping', response: undefined });
  });
});

describe('a push', () => {
  it('tells of a new branch with its commits, oldest first', async () => {
    await work.commit('a.txt', 'one');
    const tip = await work.commit('b.txt', 'two');
    const [event, ...others] = await push('origin', 'main');
    expect(others).toEqual([]);
    expect(event?.payload).toMatchObject({
      ref: 'refs/heads/main',
      before: noCommit,
      after: tip,
      created: true,
      deleted: false,
      forced: false,
      commits: [
        { message: 'one', added: ['a.txt'], author: { name: 'Ada', email: 'ada@example.com' } },
        { message: 'two', added: ['b.txt'] },
      ],
      head_commit: { id: tip },
      repository: { full_name: 'acme/app', clone_url: `${host.url}/acme/app.git`, default_branch: 'main' },
      pusher: { name: 'acme' },
    });
    expect(missingFields(examplePayload('push'), event?.payload ?? {})).toEqual([]);
  });

  it('tells which files an update changed and removed', async () => {
    const before = await work.commit('a.txt', 'one');
    await push('origin', 'main');
    await work.commit('a.txt', 'two');
    await work.git('rm', '--quiet', 'a.txt');
    const after = await work.commit('ü b.txt', 'three');
    const [event] = await push('origin', 'main');
    expect(event?.payload).toMatchObject({
      before,
      after,
      created: false,
      commits: [{ modified: ['a.txt'] }, { removed: ['a.txt'], added: ['ü b.txt'] }],
    });
  });

  it('that rewrites history is forced', async () => {
    const base = await work.commit('a.txt', 'one');
    await work.commit('a.txt', 'two');
    await push('origin', 'main');
    await work.git('reset', '--quiet', '--hard', base);
    await work.commit('a.txt', 'three');
    const [event] = await push('--force', 'origin', 'main');
    expect(event?.payload).toMatchObject({ forced: true, commits: [{ message: 'three' }] });
  });

  it('that deletes a branch has no head commit', async () => {
    const before = await work.commit('a.txt', 'one');
    await push('origin', 'main', 'main:old');
    const [event] = await push('origin', ':old');
    expect(event?.payload).toMatchObject({
      before,
      after: noCommit,
      deleted: true,
      head_commit: null,
      commits: [],
    });
  });

  it('makes one event for every reference, but none for more than three tags', async () => {
    const sha = await work.commit('a.txt', 'one');
    const events = await push('origin', 'main', 'main:refs/heads/next', 'main:refs/tags/v1');
    expect(events.map(({ payload }) => payload['ref']).sort()).toEqual([
      'refs/heads/main',
      'refs/heads/next',
      'refs/tags/v1',
    ]);
    await work.git('tag', '-a', '-m', 'release', 'v2');
    const [tag] = await push('origin', 'v2');
    expect(tag?.payload).toMatchObject({
      ref: 'refs/tags/v2',
      head_commit: { id: sha },
      commits: [],
      base_ref: expect.any(String),
    });
    expect(tag?.payload['after']).not.toBe(sha);
    const many = ['a', 'b', 'c', 'd'].map((name) => `main:refs/tags/${name}`);
    expect(await push('origin', ...many)).toEqual([]);
  });

  it('that is refused makes no event', async () => {
    await work.commit('a.txt', 'one');
    await push('origin', 'main');
    await work.git('commit', '--quiet', '--amend', '-m', 'other');
    await expect(push('origin', 'main')).rejects.toThrow('rejected');
    await host.settled();
    expect(received.filter(({ payload }) => 'ref' in payload)).toHaveLength(1);
  });
});

describe('a pull request', () => {
  const remoteRefs = async () =>
    (await work.git('ls-remote', 'origin', 'refs/pull/*')).split('\n').filter(Boolean);

  it('is told with both of its sides, and again when its branch moves', async () => {
    const base = await work.commit('a.txt', 'one');
    await work.git('checkout', '--quiet', '-b', 'feature');
    const head = await work.commit('b.txt', 'two');
    await push('origin', 'main', 'feature');
    const pullRequest = await host.openPullRequest({ repository: 'acme/app', head: 'feature', base: 'main' });
    await host.settled();
    const opened = received.at(-1);
    expect(opened?.headers['x-github-event']).toBe('pull_request');
    expect(opened?.payload).toMatchObject({
      action: 'opened',
      number: pullRequest.number,
      pull_request: {
        head: { ref: 'feature', sha: head, repo: { full_name: 'acme/app' } },
        base: { ref: 'main', sha: base, repo: { full_name: 'acme/app' } },
      },
    });
    expect(await remoteRefs()).toEqual([
      `${head}\trefs/pull/1/head`,
      expect.stringMatching('\trefs/pull/1/merge$'),
    ]);

    const moved = await work.commit('c.txt', 'three');
    const events = await push('origin', 'feature');
    expect(events.map(({ payload }) => payload['action'] ?? payload['ref'])).toEqual(
      expect.arrayContaining(['refs/heads/feature', 'synchronize']),
    );
    const synchronize = events.find(({ payload }) => payload['action'] === 'synchronize');
    expect(synchronize?.payload).toMatchObject({
      before: head,
      after: moved,
      pull_request: { head: { sha: moved } },
    });
    expect(missingFields(examplePayload('pull_request', 'synchronize'), synchronize?.payload ?? {})).toEqual(
      [],
    );
    expect((await remoteRefs())[0]).toBe(`${moved}\trefs/pull/1/head`);

    host.comment(pullRequest, 'Nice', 'ada');
    await host.settled();
    expect(missingFields(examplePayload('issue_comment', 'created'), received.at(-1)?.payload)).toEqual([]);
  });

  it('that conflicts has no merge reference', async () => {
    await work.commit('a.txt', 'one');
    await work.git('checkout', '--quiet', '-b', 'feature');
    await work.commit('a.txt', 'feature');
    await work.git('checkout', '--quiet', 'main');
    await work.commit('a.txt', 'main');
    await push('origin', 'main', 'feature');
    await host.openPullRequest({ repository: 'acme/app', head: 'feature', base: 'main' });
    expect(await remoteRefs()).toEqual([expect.stringMatching('\trefs/pull/1/head$')]);
  });

  it('from a fork names the fork, and its commits are in the repository it is for', async () => {
    await work.commit('a.txt', 'one');
    await push('origin', 'main');
    const fork = await host.createRepository('mallory/app', { forkOf: 'acme/app' });
    const head = await work.commit('evil.txt', 'two');
    await push(fork.pushUrl, 'main:patch');
    await host.openPullRequest({
      repository: 'acme/app',
      headRepository: 'mallory/app',
      head: 'patch',
      base: 'main',
    });
    await host.settled();
    expect(received.at(-1)?.payload).toMatchObject({
      pull_request: { head: { sha: head, repo: { full_name: 'mallory/app', fork: true } } },
      repository: { full_name: 'acme/app', fork: false },
    });
    expect((await remoteRefs())[0]).toBe(`${head}\trefs/pull/1/head`);
  });
});
