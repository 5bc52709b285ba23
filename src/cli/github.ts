import { hostname } from 'node:os';
import { setUpGithubApp } from '../compose/set-up-github-app.ts';
import { readConfig } from '../config.ts';
import { type Command, UsageRefusal } from './command.ts';
import { parseArguments } from './parse-arguments.ts';

export const github: Command = {
  usage: 'setup [--org NAME] [--name NAME] [--port N]',
  summary: 'makes a GitHub App for this installation, by a browser on this machine',
  details: [
    '  --org NAME    the organization whose App it is to be; otherwise yours',
    '  --name NAME   its name on GitHub, which nobody else has there; hookline-HOST unless given',
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
        name: { type: 'string', default: `hookline-${hostname()}`.slice(0, 34) },
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
    const app = await setUpGithubApp(readConfig(process.env), {
      ...(org === undefined ? {} : { organization: org }),
      name,
      port,
      onListening: (url) => console.log(`open ${url} in a browser on this machine and follow it to GitHub`),
    });
    console.log(`GitHub App ${app.slug} is made; its private key is ${app.keyFile}`);
    console.log(`install it on your repositories: ${app.pageUrl}/installations/new`);
    console.log(`then start with the settings of ${app.settingsFile}, and without GITHUB_TOKEN:`);
    console.log(`  set -a; . ${app.settingsFile}; set +a; hookline start`);
    return 0;
  },
};
