import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { createGithubApp } from '../../../src/github/github-app.ts';
import { startGitHost } from '../../githost/git-host.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

async function scene() {
  const directory = await mkdtemp(join(tmpdir(), 'hl-setup-'));
  const git = await startGitHost({ directory: join(directory, 'git'), token: 'ghp_somebody' });
  const started: ChildProcess[] = [];
  onTestFinished(async () => {
    for (const child of started) child.kill('SIGKILL');
    await git.close();
    await rm(directory, { recursive: true, force: true });
  });
  const dataDir = join(directory, 'data');
  /** The command, what it says, and the address that it tells. */
  async function setup(env: Record<string, string> = {}, args: string[] = []) {
    const child = spawn(process.execPath, [main, 'github', 'setup', ...args], {
      env: {
        PATH: process.env['PATH'],
        HOOKLINE_DATA_DIR: dataDir,
        HOOKLINE_PUBLIC_URL: 'https://ci.example.com',
        GITHUB_SERVER_URL: git.url,
        ...env,
      },
    });
    started.push(child);
    let said = '';
    const ended = once(child, 'exit').then(([code]) => code as number);
    const address = new Promise<string>((resolve) => {
      const hear = (chunk: Buffer) => {
        said += chunk.toString();
        const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
        if (url) resolve(url);
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
    });
    return { ended, address, said: () => said };
  }
  return { git, dataDir, setup };
}

/** What a browser makes of the page: where its form leads, and what it sends. */
async function formOf(url: string) {
  const text = await (await fetch(url)).text();
  const plain = (value = '') => value.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  const action = plain(/action="([^"]*)"/.exec(text)?.[1]);
  const manifest = plain(/name="manifest" value="([^"]*)"/.exec(text)?.[1]);
  return { action, manifest };
}

function send({ action, manifest }: { action: string; manifest: string }): Promise<Response> {
  return fetch(action, { method: 'POST', body: new URLSearchParams({ manifest }), redirect: 'manual' });
}

it('hookline github setup makes an App by a browser, and keeps its key and settings to itself', async () => {
  const { git, dataDir, setup } = await scene();
  const command = await setup({}, ['--org', 'octo', '--name', 'our hookline']);
  const form = await formOf(await command.address);
  expect(form.action).toContain(`${git.url}/organizations/octo/settings/apps/new?state=`);
  expect(JSON.parse(form.manifest)).toMatchObject({
    name: 'our hookline',
    hook_attributes: { url: 'https://ci.example.com/webhooks/github' },
    public: false,
  });
  const back = (await send(form)).headers.get('location') ?? '';
  const forged = new URL(back);
  forged.searchParams.set('state', '0'.repeat(48));
  expect((await fetch(forged)).status).toBe(400);

  const page = await fetch(back);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('/github-apps/hookline/installations/new');
  expect(await command.ended).toBe(0);
  const [keyFile, settingsFile] = [join(dataDir, 'github-app.pem'), join(dataDir, 'github-app.env')];
  expect([keyFile, settingsFile].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  const settings = readFileSync(settingsFile, 'utf8');
  expect(settings).toMatch(
    /^GITHUB_APP_ID=\d+\nGITHUB_APP_PRIVATE_KEY='.*'\nGITHUB_WEBHOOK_SECRET=\w{40}\n$/,
  );
  expect(command.said()).toContain(`${git.url}/github-apps/hookline/installations/new`);
  expect(command.said()).not.toMatch(/BEGIN|WEBHOOK_SECRET=/);

  const appId = Number(/GITHUB_APP_ID=(\d+)/.exec(settings)?.[1]);
  await git.createRepository('octo/app');
  git.addToApp(appId, 'octo/app');
  const privateKey = createPrivateKey(readFileSync(keyFile));
  const app = createGithubApp({ apiUrl: git.apiUrl, appId, privateKey });
  const wanted = { pull_requests: 'write', checks: 'write' } as const;
  expect(await app.credentialFor('octo/app', wanted)).toHaveProperty('token');
});

it('a code that GitHub does not know makes nothing, and says so', async () => {
  const { dataDir, setup } = await scene();
  const command = await setup();
  const url = await command.address;
  const state = new URL((await formOf(url)).action).searchParams.get('state');
  expect((await fetch(`${url}/made?code=unknown&state=${state}`)).status).toBe(502);
  expect(await command.ended).toBe(1);
  expect(command.said()).toMatch(/GitHub did not give the App .* 404/);
  expect(() => statSync(join(dataDir, 'github-app.pem'))).toThrow('ENOENT');
});

it('is refused without an address for webhooks, and never writes over an App that there is', async () => {
  const { dataDir, setup } = await scene();
  const homeless = await setup({ HOOKLINE_PUBLIC_URL: '' });
  expect(await homeless.ended).toBe(1);
  expect(homeless.said()).toContain('HOOKLINE_PUBLIC_URL is not set');
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, 'github-app.pem'), 'a key');
  const second = await setup();
  expect(await second.ended).toBe(1);
  expect(second.said()).toContain('github-app.pem is there already');
});
