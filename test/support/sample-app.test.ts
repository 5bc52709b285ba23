import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePipeline } from '../../pipelines/parse-pipeline.ts';
import { parseAppspec } from '../../runners/deploy/appspec/parse-appspec.ts';
import { breakTest, makeSampleApp } from './sample-app.ts';

const run = promisify(execFile);

let directory: string;
let app: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hookline-sample-'));
  app = join(directory, 'app');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

// A test runner above this one tells `node --test` to report to it instead of to us.
const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
const node = (...args: string[]) => run(process.execPath, args, { cwd: app, env });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the sample application', () => {
  it('builds and passes its tests, and the broken branch fails them', async () => {
    const copy = await makeSampleApp(app, { destination: '/srv/greeter', image: 'debian:12' });
    expect((await node('build.js')).stdout).toMatch(/^built [0-9a-f]{12}\n$/);
    expect((await node('--test')).stdout).toMatch(/pass 3\n/);
    expect(await copy.git('status', '--porcelain')).toBe('');

    const broken = await breakTest(app);
    expect(await copy.git('rev-parse', 'broken')).toBe(`${broken}\n`);
    expect(await copy.git('branch', '--show-current')).toBe('main\n');
    await copy.git('checkout', '--quiet', 'broken');
    await expect(node('--test')).rejects.toMatchObject({ code: 1 });
  });

  it('has a pipeline and an appspec without mistakes', async () => {
    await makeSampleApp(app, {
      destination: '/srv/greeter',
      image: 'debian:12',
      branch: 'release/**',
      user: 'www',
    });
    const pipeline = parsePipeline(await readFile(join(app, '.hookline.yml'), 'utf8'), '.hookline.yml');
    expect(pipeline).toMatchObject({ ok: true, warnings: [], pipeline: { jobs: [{ image: 'debian:12' }] } });
    const appspec = parseAppspec(await readFile(join(app, 'appspec.yml'), 'utf8'), 'appspec.yml');
    expect(appspec).toMatchObject({ ok: true, warnings: [] });
    expect(appspec).toMatchObject({ appspec: { files: [{ destination: '/srv/greeter' }] } });
  });

  it('serves its page once its scripts have been run, until it is stopped', async () => {
    const destination = join(directory, 'installed');
    const port = await freePort();
    await makeSampleApp(app, { destination, image: 'debian:12', port, node: process.execPath });
    await node('build.js');
    await cp(join(app, 'dist'), destination, { recursive: true });
    const script = (name: string) => run(join(app, 'scripts', name));
    try {
      await script('check-installed.sh');
      await script('start.sh');
      await script('validate.sh');
      const response = await fetch(`http://127.0.0.1:${port}/?name=${encodeURIComponent('<Ada>')}`);
      expect(await response.text()).toMatch(/<h1>Good \w+, &lt;Ada&gt;!<\/h1>/);
    } finally {
      await script('stop.sh');
    }
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
  });
});
