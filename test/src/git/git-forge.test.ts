import { expect, it } from 'vitest';
import { createGitForge } from '../../../src/git/git-forge.ts';
import { interpretPushEvent } from '../../../src/webhooks/generic/interpret-push-event.ts';

const signal = AbortSignal.timeout(5_000);
const ada = { username: 'ada', password: 'a token' };
const forge = createGitForge({
  interpret: interpretPushEvent,
  repositories: new Map([
    ['site', 'https://git.example.com/site.git'],
    ['tools', 'https://git.example.com:8443/tools.git'],
  ]),
  credentials: new Map([['https://git.example.com', ada]]),
});
const at = { ref: 'refs/heads/main', sha: 'a'.repeat(40) };

it('a repository of any git server is fetched from where the settings say', () => {
  const cloneUrl = 'https://git.example.com/site.git';
  expect(forge.sourceOf({ repository: 'site', ...at })).toEqual({ repository: 'site', cloneUrl, ...at });
});

it('a credential is given to the very server that it is for', async () => {
  expect(await forge.cloneCredential({ repository: 'site' }, { signal })).toEqual(ada);
  expect(await forge.cloneCredential({ repository: 'tools' }, { signal })).toBeUndefined();
});

it('a repository that is not named any more is refused, with the setting that names it', async () => {
  expect(() => forge.sourceOf({ repository: 'gone', ...at })).toThrow(/gone .*HOOKLINE_GIT_REPOSITORIES/);
  await expect(forge.cloneCredential({ repository: 'gone' }, { signal })).rejects.toThrow(
    /HOOKLINE_GIT_REPOSITORIES/,
  );
});
