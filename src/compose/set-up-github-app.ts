import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { Refusal } from '../errors.ts';
import { longestAppName } from '../github/app-manifest.ts';
import { makeApp } from '../github/make-app.ts';
import { openDataDirectory } from './data-directory.ts';

export class SetUpRefusal extends Refusal<'no-public-url' | 'long-name' | 'exists'> {}

/** As long as a code of GitHub's is good. */
const waitMs = 60 * 60_000;

export type SetUpApp = { slug: string; pageUrl: string; keyFile: string; settingsFile: string };

/** Has a GitHub App made for this installation, and keeps its private key and settings in files for this user alone. */
export async function setUpGithubApp(
  { publicUrl, dataDir, github }: Pick<Config, 'publicUrl' | 'dataDir' | 'github'>,
  options: { organization?: string; name: string; port: number; onListening: (url: string) => void },
): Promise<SetUpApp> {
  if (publicUrl === undefined) {
    const remedy = 'set it to the address at which GitHub reaches this installation';
    throw new SetUpRefusal('no-public-url', `HOOKLINE_PUBLIC_URL is not set; ${remedy}`);
  }
  const { name } = options;
  if (name.length > longestAppName) {
    const message = `--name has ${name.length} characters; GitHub takes at most ${longestAppName}`;
    throw new SetUpRefusal('long-name', message);
  }
  const { root } = openDataDirectory(dataDir);
  const keyFile = join(root, 'github-app.pem');
  const settingsFile = join(root, 'github-app.env');
  const there = [keyFile, settingsFile].find((file) => existsSync(file));
  if (there) throw new SetUpRefusal('exists', `${there} is there already; move it away to make another App`);

  const { serverUrl, apiUrl } = github;
  const state = randomBytes(24).toString('hex');
  const signal = AbortSignal.timeout(waitMs);
  const app = await makeApp({ serverUrl, apiUrl, publicUrl, state, signal, ...options });
  const settings = [
    `GITHUB_APP_ID=${app.id}`,
    `GITHUB_APP_PRIVATE_KEY='${keyFile.replaceAll("'", "'\\''")}'`,
    `GITHUB_WEBHOOK_SECRET=${app.webhookSecret}`,
  ];
  // Never over a file that came to be in the meantime, and never for a moment readable by others.
  const own = { flag: 'wx', mode: 0o600 };
  writeFileSync(keyFile, app.privateKey, own);
  writeFileSync(settingsFile, `${settings.join('\n')}\n`, own);
  return { slug: app.slug, pageUrl: app.pageUrl, keyFile, settingsFile };
}
