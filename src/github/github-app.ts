import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { ForgeRefusal } from '../runs/forge.ts';
import { appJwt } from './app-jwt.ts';
import type { GithubAccess, Permissions } from './github-access.ts';
import { createGithubApi } from './github-api.ts';

const installationJson = z.object({ id: z.int().positive() });
const tokenJson = z.object({ token: z.string().min(1), expires_at: z.iso.datetime({ offset: true }) });

type InstallationToken = { token: string; expiresAtMs: number };

/** Of the hour that a token lives; what takes one may still be at it for a while, such as the clone of a large repository. */
const renewMs = 10 * 60_000;

/**
 * A GitHub App: tokens of its installations, each for one repository and the permissions of one purpose, kept until
 * shortly before they expire. Whoever asks for one that is just being made waits for that one.
 * https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
export function createGithubApp(options: {
  apiUrl: string;
  appId: number;
  privateKey: KeyObject;
  now?: () => number;
}): GithubAccess {
  const { apiUrl, appId, privateKey, now = Date.now } = options;
  const api = createGithubApi({
    apiUrl,
    clock: { ...systemClock, now },
    access: {
      kind: 'app',
      credentialFor: async () => ({ token: appJwt({ appId, privateKey, nowMs: now() }) }),
    },
  });
  const installations = new Map<string, number>();
  const tokens = new Map<string, InstallationToken>();
  const beingMade = new Map<string, Promise<InstallationToken>>();

  async function installationOf(repository: string): Promise<number> {
    const known = installations.get(repository);
    if (known !== undefined) return known;
    try {
      const { text } = await api.get(`/repos/${repository}/installation`);
      const { id } = installationJson.parse(JSON.parse(text));
      installations.set(repository, id);
      return id;
    } catch (error) {
      if (!(error instanceof ForgeRefusal)) throw error;
      const remedy = `install GitHub App ${appId} on ${repository}, or mend GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY`;
      throw new ForgeRefusal('refused', `${error.message}; ${remedy}`, { cause: error });
    }
  }

  async function ask(repository: string, permissions: Permissions): Promise<InstallationToken> {
    const id = await installationOf(repository);
    const [, name] = repository.split('/');
    const body = { repositories: [name], permissions };
    const text = await api.post(`/app/installations/${id}/access_tokens`, body);
    const { token, expires_at } = tokenJson.parse(JSON.parse(text));
    return { token, expiresAtMs: Date.parse(expires_at) };
  }

  async function make(repository: string, permissions: Permissions): Promise<InstallationToken> {
    const isKnown = installations.has(repository);
    try {
      return await ask(repository, permissions);
    } catch (error) {
      if (!(error instanceof ForgeRefusal)) throw error;
      // An App that was removed and installed again is another installation.
      installations.delete(repository);
      if (isKnown) return ask(repository, permissions);
      const remedy = `GitHub App ${appId} needs ${told(permissions)} on ${repository}`;
      throw new ForgeRefusal('refused', `${error.message}; ${remedy}`, { cause: error });
    }
  }

  function makeOnce(key: string, repository: string, permissions: Permissions): Promise<InstallationToken> {
    const making = beingMade.get(key);
    if (making) return making;
    const made = make(repository, permissions).finally(() => beingMade.delete(key));
    beingMade.set(key, made);
    return made;
  }

  return {
    kind: 'app',
    async credentialFor(repository, permissions) {
      const key = `${repository} ${JSON.stringify(permissions)}`;
      let found = tokens.get(key);
      if (!found || found.expiresAtMs - now() <= renewMs) {
        found = await makeOnce(key, repository, permissions);
        for (const [old, { expiresAtMs }] of tokens) if (expiresAtMs <= now()) tokens.delete(old);
        tokens.set(key, found);
      }
      const { token } = found;
      return {
        token,
        drop: () => {
          if (tokens.get(key)?.token === token) tokens.delete(key);
        },
      };
    },
  };
}

function told(permissions: Permissions): string {
  return Object.entries(permissions)
    .map(([name, level]) => `"${name}: ${level}"`)
    .join(', ');
}
