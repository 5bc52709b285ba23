import { describe, expect, it } from 'vitest';
import { examplePayload, examplesOf } from './examples.ts';
import { deliver, githubIntake, refusalIn, signatureOf } from './github-intake.ts';

const pushBody = JSON.stringify(examplePayload('push'));
const ownSecrets = (repository: string) =>
  repository === 'Codertocat/Hello-World' ? ['its own secret'] : undefined;

describe('the secrets of the GitHub webhook', () => {
  it('agree with the example in GitHub’s documentation', async () => {
    const { app } = githubIntake();
    const documented = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const signed = await deliver(app, 'Hello, World!', { 'x-hub-signature-256': documented });
    expect(await refusalIn(signed)).toMatchObject({ status: 400, code: 'body-not-json' });
  });

  it('may be several at once while one replaces the other', async () => {
    const { app } = githubIntake({ secrets: ['new', 'previous'] });
    for (const key of ['new', 'previous']) {
      const signed = { 'x-hub-signature-256': signatureOf(pushBody, key) };
      expect((await deliver(app, pushBody, signed)).status, key).toBe(202);
    }
    const retired = { 'x-hub-signature-256': signatureOf(pushBody, 'retired') };
    expect((await deliver(app, pushBody, retired)).status).toBe(401);
  });

  it.each([[[]], [['']], [[' ']]])(
    'refuse everything when there are none (%j), also what the empty secret signed',
    async (secrets) => {
      const { app, inbox } = githubIntake({ secrets });
      for (const key of ['', ' ']) {
        const signed = { 'x-hub-signature-256': signatureOf(pushBody, key) };
        expect(await refusalIn(await deliver(app, pushBody, signed))).toEqual({
          status: 401,
          code: 'secret-not-configured',
          detail: expect.stringContaining('GITHUB_WEBHOOK_SECRET'),
        });
      }
      expect(inbox.deliveries()).toEqual([]);
    },
  );

  it.each([
    ['without its prefix', (signature: string) => signature.slice(7)],
    ['of SHA-1', () => 'sha1=7d38cdd689735b008b3c702edd92eea23791c5f6'],
    ['cut short', (signature: string) => signature.slice(0, -1)],
    ['made longer', (signature: string) => `${signature}0`],
    ['sent twice', (signature: string) => `${signature}, ${signature}`],
    ['that is not hex', (signature: string) => signature.replace(/.$/, 'g')],
  ])('refuse a signature %s', async (_, change) => {
    const { app } = githubIntake();
    const response = await deliver(app, pushBody, { 'x-hub-signature-256': change(signatureOf(pushBody)) });
    expect(await refusalIn(response)).toMatchObject({ status: 401, code: 'signature-malformed' });
  });

  it('take a delivery that was refused for a wrong secret once the secret is mended', async () => {
    const before = githubIntake({ secrets: ['wrong'] });
    const guid = { 'x-github-delivery': 'b3f1c7d0-0000-4000-8000-000000000000' };
    expect((await deliver(before.app, pushBody, guid)).status).toBe(401);
    const after = githubIntake({ inbox: before.inbox });
    const redelivered = await deliver(after.app, pushBody, guid);
    expect(redelivered.status).toBe(202);
    expect(await redelivered.json()).not.toHaveProperty('duplicate');
  });
});

describe('a repository’s own secret', () => {
  it('signs every delivery of that repository, as JSON and as a form', async () => {
    const { app } = githubIntake({ secrets: [], secretsOf: ownSecrets });
    for (const event of ['push', 'pull_request', 'issues']) {
      for (const { label, payload } of examplesOf(event)) {
        const body = JSON.stringify(payload);
        const form = new URLSearchParams({ payload: body }).toString();
        const { repository } = payload;
        const isIts =
          repository instanceof Object && Reflect.get(repository, 'full_name') === 'Codertocat/Hello-World';
        const asJson = { 'x-hub-signature-256': signatureOf(body, 'its own secret') };
        const asForm = {
          'content-type': 'application/x-www-form-urlencoded',
          'x-hub-signature-256': signatureOf(form, 'its own secret'),
        };
        const names = { 'x-github-event': event };
        expect((await deliver(app, body, { ...names, ...asJson })).status, label).toBe(isIts ? 202 : 401);
        expect((await deliver(app, form, { ...names, ...asForm })).status, label).toBe(isIts ? 202 : 401);
      }
    }
  });

  it('is found in JSON with white space, as a person might send it', async () => {
    const { app } = githubIntake({ secrets: [], secretsOf: ownSecrets });
    const body = JSON.stringify(examplePayload('push'), null, 2);
    const signed = { 'x-hub-signature-256': signatureOf(body, 'its own secret') };
    expect((await deliver(app, body, signed)).status).toBe(202);
  });

  it('signs nothing for another repository, also when the body names its own beside it', async () => {
    const { app, inbox } = githubIntake({ secretsOf: ownSecrets });
    const forged = {
      ...examplePayload('push'),
      forkee: { full_name: 'Codertocat/Hello-World' },
      repository: { full_name: 'victim/product' },
    };
    const body = JSON.stringify(forged);
    const signed = { 'x-hub-signature-256': signatureOf(body, 'its own secret') };
    expect(await refusalIn(await deliver(app, body, signed))).toMatchObject({
      status: 401,
      code: 'signature-mismatch',
    });
    expect(inbox.deliveries()).toEqual([]);
  });

  it('leaves the administrator’s secret good for every repository', async () => {
    const { app } = githubIntake({ secretsOf: ownSecrets });
    expect((await deliver(app, pushBody)).status).toBe(202);
  });

  it('is asked for a handful of names at most, whatever a stranger’s body holds', async () => {
    const asked: string[] = [];
    const { app } = githubIntake({
      secretsOf: (repository) => {
        asked.push(repository);
        return ['guess'];
      },
    });
    const names = Array.from({ length: 10_000 }, (_, index) => ({ full_name: `o/n${index}` }));
    const unsigned = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
    expect((await deliver(app, JSON.stringify(names), unsigned)).status).toBe(401);
    expect(asked.length).toBeLessThanOrEqual(4);
  });
});
