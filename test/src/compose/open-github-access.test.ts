import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openGithubAccess } from '../../../src/compose/open-github-access.ts';
import { readConfig } from '../../../src/config.ts';

const open = (settings: Record<string, string>) => openGithubAccess(readConfig(settings))?.kind;
const pemOf = (type: 'rsa' | 'ec') =>
  (type === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  ).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

describe('GitHub is asked', () => {
  it('as nobody, by a token, or as an App', () => {
    expect(open({})).toBeUndefined();
    expect(open({ GITHUB_TOKEN: 'ghp_1' })).toBe('token');
    expect(open({ GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY: pemOf('rsa') })).toBe('app');
  });

  it('as an App whose key stands on one line or in a file', async () => {
    const oneLine = pemOf('rsa').replaceAll('\n', '\\n');
    expect(open({ GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY: oneLine })).toBe('app');
    const directory = await mkdtemp(join(tmpdir(), 'hl-key-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, 'app.pem');
    await writeFile(file, pemOf('rsa'));
    expect(open({ GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY: file })).toBe('app');
  });
});

describe('what does not fit is refused with a clear word', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a token and an App',
      { GITHUB_TOKEN: 'ghp_1', GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY: '/x' },
      /both set/,
    ],
    ['an App without its key', { GITHUB_APP_ID: '7' }, /go together/],
    ['a key without its App', { GITHUB_APP_PRIVATE_KEY: '/x' }, /go together/],
    ['a name for a number', { GITHUB_APP_ID: 'x', GITHUB_APP_PRIVATE_KEY: '/x' }, /GITHUB_APP_ID is "x"/],
    ['a file that is not there', { GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY: '/no.pem' }, /"\/no.pem"/],
    ['a key of another kind', { GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY: pemOf('ec') }, /no RSA key/],
    ['half a key', { GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY: '-----BEGIN RSA' }, /cannot be read/],
  ])('%s', (_, settings, message) => {
    expect(() => open(settings)).toThrow(message);
  });
});
