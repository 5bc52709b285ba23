import { describe, expect, it } from 'vitest';
import { newId } from '../../../../src/ids.ts';
import { silentLog } from '../../../../src/log.ts';
import { gitWebhook } from '../../../../src/webhooks/generic/git-webhook.ts';
import { interpretPushEvent } from '../../../../src/webhooks/generic/interpret-push-event.ts';
import { memoryInbox } from '../../../../src/webhooks/memory-inbox.ts';
import { askable } from '../../../support/ask-listener.ts';
import { signatureOf } from '../codecommit/codecommit-intake.ts';

const secret = 'shared with the hook';
const nowSeconds = 1_700_000_000;
const commit = '5c4ef1049f1d27deadbeeff313e0730018be182b';
const before = '3e5983dea2a1c09fdfdb7a5b2ff5cb2bc0c9d4e2';
const zeros = '0'.repeat(40);
const url = 'https://git.example.com/team/site.git';

const push = (changes: object = {}) => ({
  id: '1700000000-42',
  repository: 'team/site',
  cloneUrl: url,
  ref: 'refs/heads/main',
  before,
  after: commit,
  pusher: 'ada',
  ...changes,
});

type Sent = { key?: string; at?: number; headers?: Record<string, string> };

function intake(secrets = [secret]) {
  const inbox = memoryInbox();
  const { answer } = gitWebhook({
    secrets,
    repositories: new Map([['team/site', url]]),
    inbox,
    now: () => nowSeconds * 1000,
    newId: () => newId(),
    log: silentLog,
  });
  const app = askable(answer);
  async function post(event: unknown, { key = secret, at = nowSeconds, headers = {} }: Sent = {}) {
    const body = typeof event === 'string' ? event : JSON.stringify(event);
    const signed = {
      'x-hookline-timestamp': String(at),
      'x-hookline-signature-256': signatureOf(at, body, key),
    };
    const sent = Object.entries({ 'content-type': 'application/json', ...signed, ...headers });
    const response = await app.request('/webhooks/git', { method: 'POST', body, headers: sent });
    const told = (await response.json()) as { id?: string; code?: string; detail?: string; duplicate?: true };
    return { status: response.status, ...told };
  }
  return { inbox, post };
}

describe('POST /webhooks/git', () => {
  it('writes down a push as it was told, and once', async () => {
    const { inbox, post } = intake();
    const first = await post(push());
    const kept = inbox.deliveries();
    expect(first).toEqual({ status: 202, id: kept[0]?.id });
    expect(kept).toMatchObject([
      { source: 'git', deliveryId: '1700000000-42', event: 'push', repository: 'team/site' },
    ]);
    expect(await post(push(), { at: nowSeconds + 60 })).toMatchObject({ status: 202, duplicate: true });
  });

  it('takes a push without an id, an address or a person', async () => {
    const { inbox, post } = intake();
    const { repository, ref, after } = push();
    expect(await post({ repository, ref, after })).toMatchObject({ status: 202 });
    expect(inbox.deliveries()[0]?.deliveryId).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['signature-mismatch', { key: 'a guess' }],
    ['signature-mismatch', { headers: { 'x-hookline-timestamp': String(nowSeconds - 1) } }],
    ['timestamp-outside-window', { at: nowSeconds - 301 }],
    ['signature-missing', { headers: { 'x-hookline-signature-256': '' } }],
  ])('refuses as %s what is sent with %j', async (code, sent) => {
    const { inbox, post } = intake();
    expect(await post(push(), sent)).toMatchObject({ status: 401, code });
    expect([...inbox.refusals()]).toEqual([[`git ${code}`, 1]]);
    expect(inbox.deliveries()).toEqual([]);
  });

  it('names its own setting while it has no secret', async () => {
    const { post } = intake([]);
    const answer = await post(push());
    expect(answer).toMatchObject({ status: 401, code: 'secret-not-configured' });
    expect(answer.detail).toContain('HOOKLINE_GIT_SECRET');
  });

  it.each([
    ['repository-unknown', push({ repository: 'team/other' })],
    ['event-does-not-fit', push({ cloneUrl: 'https://evil.example.com/team/site.git' })],
    ['event-does-not-fit', push({ cloneUrl: 'file:///srv/git/site.git' })],
    ['payload-malformed', push({ repository: '../../etc' })],
    ['payload-malformed', push({ ref: 'main' })],
    ['payload-malformed', push({ ref: 'refs/notes/x' })],
    ['payload-malformed', push({ ref: 'refs/heads/--exec=x' })],
    ['payload-malformed', push({ after: 'HEAD' })],
    ['payload-malformed', push({ before: '--all' })],
    ['payload-malformed', push({ id: 'a b' })],
    ['body-not-json', '{'],
  ])('refuses as %s the signed push %j', async (code, event) => {
    const { inbox, post } = intake();
    expect(await post(event)).toMatchObject({ status: 400, code });
    expect(inbox.deliveries()).toEqual([]);
  });
});

describe('a push that a hook tells of', () => {
  const interpret = (changes: object) => interpretPushEvent({ payload: push(changes) });

  it('asks for the commit to be built', () => {
    expect(interpret({})).toEqual({
      changes: [
        {
          provider: 'git',
          event: 'push',
          repository: 'team/site',
          ref: 'refs/heads/main',
          sha: commit,
          before,
          branch: 'main',
          fork: false,
          title: '',
          message: '',
          author: { name: 'ada' },
          sender: 'ada',
        },
      ],
    });
  });

  it('of a new tag is an event of its own, without a before', () => {
    const { changes: [tag] = [] } = interpret({ ref: 'refs/tags/v1', before: zeros }) as {
      changes?: object[];
    };
    expect(tag).toMatchObject({ event: 'tag', tag: 'v1', ref: 'refs/tags/v1' });
    expect(tag).not.toHaveProperty('before');
    expect(tag).not.toHaveProperty('branch');
  });

  it('that deletes builds nothing and forgets the branch', () => {
    const deleted = [{ repository: 'team/site', name: 'main' }];
    expect(interpret({ after: zeros })).toEqual({ ignored: 'branch main was deleted', deleted });
    expect(interpret({ after: zeros, ref: 'refs/tags/v1' })).toEqual({ ignored: 'tag v1 was deleted' });
  });
});
