import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeFlags } from '../../src/node-flags.ts';
import { type HooklineScene, openHooklineScene, type RunJson } from '../support/hookline-scene.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';
import { waitUntil } from '../support/wait-until.ts';

const program = fileURLToPath(new URL('../../src/cli/hookline.js', import.meta.url));
const project = 'approvals/shop';

let engine: JobEngine;
let scene: HooklineScene;
let www: string;

beforeAll(async () => {
  engine = await startJobEngine();
  scene = await openHooklineScene({ DOCKER_HOST: engine.dockerHost });
  www = join(scene.directory, 'www');
  await mkdir(www);
  // The deployment's user has to come through to its bundle.
  await chmod(scene.directory, 0o711);
  scene.set({ HOOKLINE_LOCAL_DEPLOY: `${project}=${www}@www-data` });
  await scene.start();
});

afterAll(async () => {
  await scene?.close();
  await engine?.close();
});

const pipeline = () => `image: ${engine.image}
jobs:
  build:
    steps:
      - |
        mkdir -p site && echo "built for approval" > site/page
        printf 'version: 0.0\\nos: linux\\nfiles:\\n  - source: site\\n    destination: ${www}/shop\\n' > appspec.yml
    artifacts: [{ name: app, paths: [site, appspec.yml] }]
deploy:
  production:
    artifact: app
    branches: [main]
    approval: { by: [alice], message: Look at the graphs first, expires: 24h }
    local: {}
`;

const deployJob = (run: RunJson) => run.jobs.find(({ kind }) => kind === 'deploy');
const isWaiting = (run: RunJson) => run.status === 'waiting';

/** As a person in a terminal; `USER` is the name that the answer is given under. */
async function hookline(user: string, ...args: string[]) {
  const { PATH = '' } = process.env;
  const env = { PATH, USER: user, PORT: String(scene.settings['PORT']) };
  const ended = promisify(execFile)(process.execPath, [...nodeFlags, program, ...args], { env });
  return ended.then(
    ({ stdout }) => ({ ok: true, said: stdout }),
    ({ stderr }: { stderr: string }) => ({ ok: false, said: stderr }),
  );
}

describe('a deployment that needs an approval', () => {
  it('waits, says so everywhere, and is carried out once somebody who may has approved it', async () => {
    const shop = await scene.project(project);
    const sha = await shop.push(pipeline());
    const waiting = await scene.run(sha, isWaiting);
    expect(deployJob(waiting)).toMatchObject({
      status: 'waiting',
      reason: { code: 'approval' },
      approval: { by: ['alice'], message: 'Look at the graphs first' },
    });
    await waitUntil(
      async () =>
        /waits for approval of deploy production$/.test(
          scene.git.statuses(project, sha)[0]?.description ?? '',
        ),
      { what: 'the status that says what is waited for', timeoutMs: 60_000 },
    );
    const page = await (await scene.get(`/runs/${waiting.id}`)).text();
    expect(page).toContain('Look at the graphs first');
    expect(page).toContain(`name="digest" value="${waiting.pipeline.digest}"`);

    expect(await hookline('bob', 'approve', waiting.id)).toMatchObject({
      ok: false,
      said: expect.stringContaining('to be approved by alice, not by bob'),
    });
    expect((await hookline('alice', 'approve', waiting.id, '--comment', 'all green')).said).toContain(
      'waits for',
    );
    const run = await scene.ended(sha);
    expect(run.status).toBe('success');
    expect(await readFile(join(www, 'shop/page'), 'utf8')).toBe('built for approval\n');
    expect(deployJob(run)?.approvals).toMatchObject([
      {
        decision: {
          verdict: 'approved',
          by: 'alice',
          comment: 'all green',
          sha,
          digest: run.pipeline.digest,
        },
      },
    ]);
    expect(await (await scene.get(`/runs/${run.id}`)).text()).toMatch(/Approved by <bdi>alice<\/bdi>/);
  });

  it('still waits after a restart of hookline, and is never carried out when it is rejected', async () => {
    const shop = await scene.project('approvals/rejected');
    const sha = await shop.push(pipeline());
    const waiting = await scene.run(sha, isWaiting);
    await scene.hookline.stop();
    await scene.start();
    const form = new URLSearchParams({
      by: 'alice',
      comment: 'not today',
      sha,
      digest: waiting.pipeline.digest,
      job: deployJob(waiting)?.id ?? '',
    });
    const answer = await fetch(new URL(`/runs/${waiting.id}/reject`, scene.url), {
      method: 'POST',
      body: form,
    });
    expect(answer.ok).toBe(true);
    const run = await scene.ended(sha);
    expect(run).toMatchObject({
      status: 'cancelled',
      reason: { code: 'rejected', message: 'deploy production: rejected by alice: not today' },
    });
    expect(deployJob(run)?.attempts).toEqual([]);
    expect((await scene.status('approvals/rejected', sha, 'error')).description).toContain(
      'rejected by alice',
    );
  });
});
