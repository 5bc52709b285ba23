import { describe, expect, it } from 'vitest';
import {
  type CodecommitForgeOptions,
  createCodecommitForge,
} from '../../../src/codecommit/codecommit-forge.ts';
import { mintCodeCommitCredential } from '../../../src/git/codecommit-credential.ts';
import type { Change } from '../../../src/runs/change.ts';
import { interpretCodecommitEvent } from '../../../src/webhooks/codecommit/interpret-codecommit-event.ts';
import { codecommitRecord, commit } from '../webhooks/codecommit/codecommit-intake.ts';

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' };
const signal = AbortSignal.timeout(5_000);

function forgeWith(options: Partial<CodecommitForgeOptions> = {}) {
  return createCodecommitForge({
    interpret: interpretCodecommitEvent,
    keys: async () => keys,
    mint: mintCodeCommitCredential,
    now: () => Date.parse('2026-11-20T08:30:05Z'),
    ...options,
  });
}

function changeIn(region: string): Change {
  const eventSourceARN = `arn:aws:codecommit:${region}:123456789012:my-repo`;
  const body = Buffer.from(JSON.stringify({ Records: [codecommitRecord({ eventSourceARN })] }));
  const asked = forgeWith().interpret({ event: 'ReferenceChanges', body });
  const [change] = 'changes' in asked ? asked.changes : [];
  if (change === undefined) throw new Error('the event asks for nothing');
  return change;
}

describe('CodeCommit as a forge', () => {
  it.each([
    ['eu-west-1', 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/my-repo'],
    ['cn-north-1', 'https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/my-repo'],
  ])('clones a repository of %s from %s', (region, cloneUrl) => {
    expect(forgeWith().sourceOf(changeIn(region))).toEqual({
      repository: 'my-repo',
      cloneUrl,
      ref: 'refs/heads/main',
      sha: commit,
    });
  });

  it('clones from the address that is set in place of AWS’s', () => {
    const { cloneUrl } = forgeWith({ gitUrl: 'http://127.0.0.1:8090' }).sourceOf(changeIn('eu-west-1'));
    expect(cloneUrl).toBe('http://127.0.0.1:8090/v1/repos/my-repo');
  });

  it.each([
    [undefined, 'git-codecommit.eu-west-1.amazonaws.com'],
    ['http://127.0.0.1:8090', '127.0.0.1:8090'],
  ])('signs for the very host that it clones from (CODECOMMIT_GIT_URL %s)', async (gitUrl, host) => {
    const forge = forgeWith(gitUrl === undefined ? {} : { gitUrl });
    const now = new Date('2026-11-20T08:30:05Z');
    const wanted = mintCodeCommitCredential({
      ...keys,
      region: 'eu-west-1',
      host,
      repository: 'my-repo',
      now,
    });
    expect(await forge.cloneCredential(changeIn('eu-west-1'), { signal })).toEqual(wanted);
  });

  it('asks for the keys each time: they may be short-lived', async () => {
    let asked = 0;
    const forge = forgeWith({ keys: async () => ({ ...keys, accessKeyId: `key ${++asked}` }) });
    const usernames = [];
    for (let at = 0; at < 2; at += 1) {
      usernames.push((await forge.cloneCredential(changeIn('eu-west-1'), { signal }))?.username);
    }
    expect(usernames).toEqual(['key 1', 'key 2']);
  });

  it('says what to set when there are no keys, and means to be asked again', async () => {
    const forge = forgeWith({ keys: async () => Promise.reject(new Error('no provider has any')) });
    await expect(forge.cloneCredential(changeIn('eu-west-1'), { signal })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/my-repo.*AWS_ACCESS_KEY_ID.*no provider has any/),
    });
  });

  it('posts no commit statuses: CodeCommit has none', () => {
    expect(forgeWith().postStatus).toBeUndefined();
  });
});
