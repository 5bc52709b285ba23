import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mintCodeCommitCredential } from '../../src/git/codecommit-credential.ts';
import { openWorkingCopy, type WorkingCopy } from '../support/working-copy.ts';
import type { CodecommitEvent } from './codecommit-event.ts';
import { type CodecommitHost, startCodecommitHost } from './codecommit-host.ts';

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' };
const minuteMs = 60_000;

let directory: string;
let host: CodecommitHost;
let work: WorkingCopy;
let nowMs: number;
let events: CodecommitEvent[];

beforeEach(async () => {
  nowMs = Date.parse('2026-11-20T23:59:30Z');
  events = [];
  directory = await mkdtemp(join(tmpdir(), 'hookline-codecommit-'));
  host = await startCodecommitHost({ directory, keys, now: () => nowMs });
  await host.createRepository('app');
  work = await openWorkingCopy(join(directory, 'work'));
});
afterEach(async () => {
  await host.close();
  await rm(directory, { recursive: true, force: true });
});

const onEvent = (referencesPerPart?: number) =>
  host.addTrigger('app', {
    name: 'hookline',
    customData: 'https://ci.example.com/webhooks/codecommit',
    invoke: async (event) => events.push(event),
    ...(referencesPerPart === undefined ? {} : { referencesPerPart }),
  });
const push = async (...refs: string[]) => {
  await work.git('push', '--quiet', host.pushUrl('app'), ...refs);
  await host.settled();
};
const referencesIn = (event: CodecommitEvent | undefined) => event?.Records[0].codecommit.references;

describe('git over HTTP, as CodeCommit serves it', () => {
  const mint = (changes: Partial<Parameters<typeof mintCodeCommitCredential>[0]> = {}) => {
    const { host: address } = new URL(host.url);
    const now = new Date(nowMs);
    return mintCodeCommitCredential({
      ...keys,
      region: host.region,
      host: address,
      repository: 'app',
      now,
      ...changes,
    });
  };
  const statusFor = async (credential?: { username: string; password: string }) => {
    const pair = Buffer.from(`${credential?.username}:${credential?.password}`).toString('base64');
    const headers: Record<string, string> = credential ? { authorization: `Basic ${pair}` } : {};
    return (await fetch(`${host.url}/v1/repos/app/info/refs?service=git-upload-pack`, { headers })).status;
  };

  it('gives back what was pushed', async () => {
    const sha = await work.commit('a.txt', 'one');
    await push('main');
    expect(await work.git('ls-remote', host.pushUrl('app'), 'main')).toBe(`${sha}\trefs/heads/main\n`);
  });

  it('takes the credential that hookline mints, for a quarter of an hour', async () => {
    const minted = mint();
    expect(await statusFor(minted)).toBe(200);
    nowMs += 15 * minuteMs;
    expect(await statusFor(minted)).toBe(200);
    nowMs += minuteMs;
    expect(await statusFor(minted)).toBe(403);
    expect(host.requests().at(-1)?.fault).toBe('signed at 20261120T235930Z, out of time');
  });

  it('takes temporary keys with their session token only', async () => {
    host.setKeys({ ...keys, sessionToken: 'FwoGZXIvYXdz%//+==' });
    expect(await statusFor(mint({ sessionToken: 'FwoGZXIvYXdz%//+==' }))).toBe(200);
    expect(await statusFor(mint())).toBe(403);
    await work.commit('a.txt', 'one');
    await push('main');
  });

  it.each([
    ['unknown access key id AKIA', { accessKeyId: 'AKIA' }],
    ['wrong signature', { secretAccessKey: 'guessed' }],
    ['wrong signature', { repository: 'another' }],
    ['wrong signature', { region: 'us-east-1' }],
    ['wrong signature', { host: 'git-codecommit.eu-central-1.amazonaws.com' }],
    ['another session token', { sessionToken: 'made up' }],
    ['signed at 20261120T234329Z, out of time', { now: new Date('2026-11-20T23:43:29Z') }],
    ['signed at 20261121T001531Z, out of time', { now: new Date('2026-11-21T00:15:31Z') }],
  ])('refuses as %s what is minted with %j', async (fault, changes) => {
    expect(await statusFor(mint(changes))).toBe(403);
    expect(host.requests()).toMatchObject([{ repository: 'app', service: 'git-upload-pack', fault }]);
  });

  it('asks who has no credential, and refuses who has none of its form', async () => {
    expect(await statusFor()).toBe(401);
    expect(await statusFor({ username: keys.accessKeyId, password: keys.secretAccessKey })).toBe(403);
  });
});

describe('a trigger', () => {
  it('tells its function of every reference of a push in one event', async () => {
    onEvent();
    const first = await work.commit('a.txt', 'one');
    await push('main', 'main:old');
    const second = await work.commit('a.txt', 'two');
    await work.git('tag', 'v1', second);
    events.length = 0;
    await push('main', 'main:new', 'v1', ':old');
    expect(events).toHaveLength(1);
    expect(referencesIn(events[0])).toEqual([
      { commit: second, ref: 'refs/heads/main' },
      { commit: second, ref: 'refs/heads/new', created: true },
      { commit: second, ref: 'refs/tags/v1', created: true },
      { commit: first, ref: 'refs/heads/old', deleted: true },
    ]);
    expect(events[0]?.Records[0]).toMatchObject({
      customData: 'https://ci.example.com/webhooks/codecommit',
      eventPartNumber: 1,
      eventTotalParts: 1,
      eventSourceARN: 'arn:aws:codecommit:eu-central-1:111122223333:app',
      eventTime: '2026-11-20T23:59:30.000+0000',
    });
  });

  it('tells of a large push in parts of one event', async () => {
    onEvent(2);
    await work.commit('a.txt', 'one');
    await push('main', 'main:a', 'main:b');
    const records = events.map(({ Records: [record] }) => record);
    expect(records.map(({ eventPartNumber, eventTotalParts }) => [eventPartNumber, eventTotalParts])).toEqual(
      [
        [1, 2],
        [2, 2],
      ],
    );
    expect(new Set(records.map(({ eventId }) => eventId)).size).toBe(1);
    expect(events.flatMap(referencesIn)).toHaveLength(3);
  });

  it('keeps what became of each call, and calls again with the very same event', async () => {
    let calls = 0;
    const invoke = async () => {
      calls += 1;
      if (calls === 1) throw new Error('hookline is away');
      return 'taken';
    };
    host.addTrigger('app', { name: 'hookline', customData: '', invoke });
    await work.commit('a.txt', 'one');
    await push('main');
    const [first] = host.invocations();
    expect(first).toMatchObject({ trigger: 'hookline', error: 'hookline is away' });
    if (first) await host.invokeAgain(first.event);
    expect(host.invocations()[1]).toEqual({ event: first?.event, trigger: 'hookline', result: 'taken' });
  });
});
