import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { openDataDirectory } from '../compose/data-directory.ts';
import { readConfig } from '../config.ts';
import { longestAppName } from '../github/app-manifest.ts';
import { makeApp } from '../github/make-app.ts';
import { type Command, UsageRefusal } from './command.ts';
import { parseArguments } from './parse-arguments.ts';

/** As long as a code of GitHub's is good. */
const waitMs = 60 * 60_000;

export const github: Command = {
  usage: 'setup [--org NAME] [--name NAME] [--port N]',
  summary: 'makes a GitHub App for this installation, by a browser on this machine',
  details: [
    '  --org NAME    the organization whose App it is to be; otherwise yours',
    `  --name NAME   its name on GitHub, at most ${longestAppName} characters; hookline-HOST unless given`,
    '  --port N      the local port that GitHub leads the browser back to; a free one unless given',
    '',
    'HOOKLINE_PUBLIC_URL must be set: GitHub sends its webhooks there. GITHUB_SERVER_URL is where the App is made.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseArguments({
      args: [...args],
      allowPositionals: true,
      options: {
        org: { type: 'string' },
        name: { type: 'string', default: `hookline-${hostname()}`.slice(0, longestAppName) },
        port: { type: 'string', default: '0' },
      },
    });
    if (positionals.length !== 1 || positionals[0] !== 'setup') {
      throw new UsageRefusal('usage', 'hookline github has one command: hookline github setup');
    }
    const { org, name } = values;
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new UsageRefusal('usage', `--port is "${values.port}"; it must be 0 to 65535`);
    }
    if (name.length > longestAppName) {
      throw new UsageRefusal('usage', `--name has ${name.length} characters; GitHub takes ${longestAppName}`);
    }
    const { publicUrl, dataDir, github: server } = readConfig(process.env);
    if (publicUrl === undefined) {
      const remedy = 'set it to the address at which GitHub reaches this installation';
      throw new UsageRefusal('usage', `HOOKLINE_PUBLIC_URL is not set; ${remedy}`);
    }
    const { root } = openDataDirectory(dataDir);
    const keyFile = join(root, 'github-app.pem');
    const settingsFile = join(root, 'github-app.env');
    const there = [keyFile, settingsFile].find((file) => existsSync(file));
    if (there) throw new UsageRefusal('usage', `${there} is there already; move it away to make another App`);

    const app = await makeApp({
      serverUrl: server.serverUrl,
      apiUrl: server.apiUrl,
      publicUrl,
      ...(org === undefined ? {} : { organization: org }),
      name,
      port,
      state: randomBytes(24).toString('hex'),
      signal: AbortSignal.timeout(waitMs),
      onListening: (url) => console.log(`open ${url} in a browser on this machine and follow it to GitHub`),
    });
    // Never over a file that came to be in the meantime, and never for a moment readable by others.
    writeFileSync(keyFile, app.privateKey, { flag: 'wx', mode: 0o600 });
    const settings = [
      `GITHUB_APP_ID=${app.id}`,
      `GITHUB_APP_PRIVATE_KEY='${keyFile.replaceAll("'", "'\\''")}'`,
      `GITHUB_WEBHOOK_SECRET=${app.webhookSecret}`,
    ];
    writeFileSync(settingsFile, `${settings.join('\n')}\n`, { flag: 'wx', mode: 0o600 });
    console.log(`GitHub App ${app.slug} is made; its private key is ${keyFile}`);
    console.log(`install it on your repositories: ${app.pageUrl}/installations/new`);
    console.log(`then start with the settings of ${settingsFile}, and without GITHUB_TOKEN:`);
    console.log(`  set -a; . ${settingsFile}; set +a; hookline start`);
    return 0;
  },
};
