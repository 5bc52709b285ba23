import { Webhooks } from '@octokit/webhooks';
import { describe, expect, it } from 'vitest';
import { interpretGithubEvent } from '../../../../src/webhooks/github/interpret-github-event.ts';
import { examples } from './examples.ts';
import { deliver, githubIntake, refusalIn, secret } from './github-intake.ts';

const octokit = new Webhooks({ secret });

describe('every example delivery of GitHub', () => {
  it('is there: several hundred of them, of fifty events at least', () => {
    expect(examples.length).toBeGreaterThan(600);
    expect(new Set(examples.map(({ event }) => event)).size).toBeGreaterThan(50);
  });

  it('is taken under its own name when octokit signed it, and kept byte for byte', async () => {
    for (const { label, event, payload } of examples) {
      const { app, inbox } = githubIntake();
      const body = JSON.stringify(payload);
      const response = await deliver(app, body, {
        'x-github-event': event,
        'x-hub-signature-256': await octokit.sign(body),
      });
      expect(response.status, label).toBe(202);
      const [kept] = inbox.deliveries();
      expect(kept && Buffer.from(kept.body).toString(), label).toBe(body);
      expect(await response.json(), label).toEqual({ id: kept?.id });
    }
  });

  it('is taken as a form, signed over the whole form, and kept as the JSON inside', async () => {
    for (const { label, event, payload } of examples) {
      const { app, inbox } = githubIntake();
      const json = JSON.stringify(payload);
      const form = new URLSearchParams({ payload: json }).toString();
      const response = await deliver(app, form, {
        'content-type': 'application/x-www-form-urlencoded',
        'x-github-event': event,
      });
      expect(response.status, label).toBe(202);
      expect(Buffer.from(inbox.deliveries()[0]?.body ?? []).toString(), label).toBe(json);
    }
  });

  it('is refused unsigned, signed with another secret, or with one byte altered', async () => {
    const { app, inbox } = githubIntake();
    const stranger = new Webhooks({ secret: 'a wrong guess' });
    for (const { label, event, payload } of examples) {
      const body = JSON.stringify(payload);
      const headers = { 'x-github-event': event };

      const unsigned = await deliver(app, body, { ...headers, 'x-hub-signature-256': undefined });
      expect(await refusalIn(unsigned), label).toMatchObject({ status: 401, code: 'signature-missing' });

      const wrongSecret = { ...headers, 'x-hub-signature-256': await stranger.sign(body) };
      expect(await refusalIn(await deliver(app, body, wrongSecret)), label).toMatchObject({
        status: 401,
        code: 'signature-mismatch',
      });

      const altered = { ...headers, 'x-hub-signature-256': await octokit.sign(body) };
      expect((await deliver(app, `${body.slice(0, -1)} }`, altered)).status, label).toBe(401);
    }
    expect(inbox.deliveries()).toEqual([]);
  });

  it('builds only when it is a push, a tag, a merge group, or a pull request whose code or labels changed', () => {
    const built = new Map<string, number>();
    for (const { label, event, payload } of examples) {
      const read = interpretGithubEvent({ event, payload });
      if ('ignored' in read) {
        expect(read.ignored, label).not.toBe('');
        continue;
      }
      for (const change of read.changes) {
        const action = typeof payload['action'] === 'string' ? ` ${payload['action']}` : '';
        const key = `${event}${action} → ${change.event}`;
        built.set(key, (built.get(key) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(built)).toEqual({
      'push → push': 2,
      'push → tag': 6,
      'pull_request opened → pull_request': 11,
      'pull_request ready_for_review → pull_request': 3,
      'pull_request reopened → pull_request': 2,
      'pull_request synchronize → pull_request': 1,
      'pull_request labeled → pull_request': 4,
      'merge_group checks_requested → merge_group': 2,
    });
  });
});
