import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Config, ConfigRefusal } from '../config.ts';
import { messageOf } from '../errors.ts';
import { type GithubAccess, tokenAccess } from '../github/github-access.ts';
import { createGithubApp } from '../github/github-app.ts';

/** Who hookline is to GitHub: an App, the owner of a token, or nobody. */
export function openGithubAccess({ github }: Pick<Config, 'github'>): GithubAccess | undefined {
  const { token, app, apiUrl } = github;
  if (app) return createGithubApp({ apiUrl, appId: app.id, privateKey: openKey(app.privateKey) });
  return token === undefined ? undefined : tokenAccess(token);
}

/** Files of settings that know one line alone have `\n` for the ends of lines. */
function openKey(given: string): KeyObject {
  const isText = given.startsWith('-----BEGIN');
  const what = isText ? 'GITHUB_APP_PRIVATE_KEY' : `GITHUB_APP_PRIVATE_KEY, the file "${given}",`;
  try {
    const key = createPrivateKey(isText ? given.replaceAll('\\n', '\n') : readFileSync(given, 'utf8'));
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch (error) {
    throw new ConfigRefusal('invalid', `${what} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  throw new ConfigRefusal('invalid', `${what} is no RSA key; wanted: the .pem that GitHub gave for the App`);
}
