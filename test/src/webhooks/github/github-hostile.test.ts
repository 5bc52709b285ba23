import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { interpretGithubEvent } from '../../../../src/webhooks/github/interpret-github-event.ts';
import { WebhookRefusal } from '../../../../src/webhooks/webhook-refusal.ts';
import { examplePayload } from './examples.ts';
import { deliver, githubIntake, refusalIn } from './github-intake.ts';

const forged = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };

describe('bodies made to do harm', () => {
  it('are refused when they are not UTF-8, but not before the signature was found good', async () => {
    const { app } = githubIntake();
    const body = Buffer.concat([Buffer.from('{"ref":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(await refusalIn(await deliver(app, body))).toMatchObject({ status: 400, code: 'body-not-utf8' });
    expect(await refusalIn(await deliver(app, body, forged))).toMatchObject({ status: 401 });
  });

  it('are read as they came: what is compressed is no JSON, whatever its encoding is called', async () => {
    const { app } = githubIntake();
    const body = gzipSync(JSON.stringify(examplePayload('push')));
    const zipped = { 'content-encoding': 'gzip' };
    expect(await refusalIn(await deliver(app, body, zipped))).toMatchObject({
      status: 400,
      code: 'body-not-utf8',
    });
  });

  it('cannot reach a prototype by the name __proto__ or constructor', async () => {
    const { app } = githubIntake();
    const push = JSON.stringify(examplePayload('push'));
    const body = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},${push.slice(1)}`;
    expect((await deliver(app, body)).status).toBe(202);
    expect(interpretGithubEvent({ event: 'push', payload: JSON.parse(body) })).toHaveProperty('changes');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('do not pass for an event by keys they only inherit', async () => {
    const { app } = githubIntake();
    const body = `{"__proto__":${JSON.stringify(examplePayload('push'))}}`;
    expect(await refusalIn(await deliver(app, body))).toMatchObject({ status: 400 });
  });

  it('may be nested a million deep', async () => {
    const { app } = githubIntake();
    const push = JSON.stringify(examplePayload('push'));
    const depth = 1_000_000;
    const body = `{"deep":${'['.repeat(depth)}${']'.repeat(depth)},${push.slice(1)}`;
    expect((await deliver(app, body)).status).toBe(202);
    expect(interpretGithubEvent({ event: 'push', payload: JSON.parse(body) })).toHaveProperty('changes');
  });

  it('of exactly the limit are taken, 25 MiB of it by default', async () => {
    const { app } = githubIntake();
    const push = { ...examplePayload('push'), padding: '' };
    const missing = 25 * 1024 * 1024 - JSON.stringify(push).length;
    const body = JSON.stringify({ ...push, padding: 'x'.repeat(missing) });
    expect((await deliver(app, body)).status).toBe(202);
    expect((await deliver(app, `${body} `)).status).toBe(413);
  });
});

describe('strangers without a secret', () => {
  it('leave nothing in the log and one counter per reason, however often and as whatever they come', async () => {
    const logged: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line) => logged.push(line) });
    const { app, inbox } = githubIntake({ log });
    const claimed = new Set<string>();
    const counting = githubIntake({
      inbox: { ...inbox, refuse: ({ event }) => claimed.add(event) },
      log,
    });
    for (let index = 0; index < 300; index += 1) {
      const headers = { ...forged, 'x-github-event': `event_${index}`, 'x-github-delivery': `id-${index}` };
      await deliver(app, `{"n":${index}}`, headers);
      await deliver(counting.app, `{"n":${index}}`, headers);
    }
    expect(inbox.refusals()).toEqual(new Map([['github signature-mismatch', 300]]));
    expect(claimed).toEqual(new Set(['other']));
    expect(inbox.deliveries()).toEqual([]);
    expect(logged).toEqual([]);
  });
});

describe('payloads of known events that are not what GitHub sends', () => {
  const damages: unknown[] = [undefined, null, 7, 'text', [], {}, true, { __proto__: null }];

  it.each(['push', 'pull_request'])('end in a typed refusal for %s, never in a TypeError', (event) => {
    const payload = examplePayload(event, (example) => example['deleted'] !== true);
    const paths = pathsOf(payload);
    expect(paths.length).toBeGreaterThan(100);
    for (const path of paths) {
      for (const damage of damages) {
        const damaged = structuredClone(payload);
        replaceAt(damaged, path, damage);
        try {
          interpretGithubEvent({ event, payload: damaged });
        } catch (error) {
          expect(error, `${path.join('.')} = ${JSON.stringify(damage)}`).toBeInstanceOf(WebhookRefusal);
        }
      }
    }
    for (const damage of damages) {
      expect(() => interpretGithubEvent({ event, payload: damage })).toThrow(WebhookRefusal);
    }
  });

  it('name the field that is wrong', () => {
    const payload = { ...examplePayload('push'), after: 'main' };
    expect(() => interpretGithubEvent({ event: 'push', payload })).toThrow(
      'the payload of a push is malformed: after: must be a commit id of 40 or 64 hex digits',
    );
  });

  it.each([
    'refs/heads/../../etc',
    'refs/heads/--upload-pack=touch',
    'refs/heads/a b',
    'refs/heads/a\nb',
    'refs/heads/',
    'main',
    '--all',
  ])('are refused for the reference %j, which would be dangerous in a command', (ref) => {
    const payload = { ...examplePayload('push'), ref };
    expect(() => interpretGithubEvent({ event: 'push', payload })).toThrow(WebhookRefusal);
  });

  it.each(['../..', 'owner/..', 'owner/name/more', 'owner', 'own er/name', 'https://evil/x'])(
    'are refused for the repository %j, which would be dangerous in a path',
    (full_name) => {
      const payload = { ...examplePayload('push'), repository: { full_name } };
      expect(() => interpretGithubEvent({ event: 'push', payload })).toThrow(WebhookRefusal);
    },
  );
});

type Path = (string | number)[];

function pathsOf(value: unknown, base: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return base.length > 0 ? [base] : [];
  const below = Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...base, key]));
  return base.length > 0 ? [base, ...below] : below;
}

function replaceAt(target: unknown, [key, ...rest]: Path, value: unknown): void {
  if (key === undefined || typeof target !== 'object' || target === null) return;
  if (rest.length === 0) Reflect.set(target, key, value);
  else replaceAt(Reflect.get(target, key), rest, value);
}
