import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneStep } from '../support/hookline-project.ts';
import { type HooklineScene, openHooklineScene, type RunJson } from '../support/hookline-scene.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';
import { nothingLeft } from '../support/leftovers.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { waitUntil } from '../support/wait-until.ts';

let engine: JobEngine;
let server: PostgresServer;
let scene: HooklineScene;

beforeAll(async () => {
  engine = await startJobEngine();
  server = await startPostgres();
  const settings = { DOCKER_HOST: engine.dockerHost, DATABASE_URL: await server.newDatabase() };
  scene = await openHooklineScene(settings);
  await scene.start();
});

afterAll(async () => {
  await scene?.close();
  await server?.close();
  await engine?.close();
});

const hasBegun = (run: RunJson) =>
  run.jobs.some((job) => job.attempts.some(({ steps }) => steps.some(({ status }) => status === 'running')));

describe('hookline over PostgreSQL', () => {
  it('takes a push to a run that succeeds, with its log and its status', async () => {
    const project = await scene.project('pg/app');
    const sha = await project.push(oneStep(engine.image, 'echo hello from the job'));
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'success', number: 1 });
    expect(await scene.log(run.jobs[0] ?? { id: '' })).toContain('hello from the job');
    await scene.status('pg/app', sha, 'success');
    const ready = (await (await scene.get('/readyz')).json()) as { parts: Record<string, string> };
    expect(ready.parts['database']).toBe('ok');
  });

  it('gives the database to no process that runs the code of others, and its password to no log', () => {
    const runner = scene.hookline.children().find(({ command }) => command.includes(' runner'));
    expect(readFileSync(`/proc/${runner?.pid}/environ`, 'utf8')).not.toContain('DATABASE_URL');
    expect(scene.hookline.output()).not.toContain('not-to-be-shown');
  });

  it('goes on with a job when the database crashed meanwhile, and says so while it is away', async () => {
    const project = await scene.project('pg/crash');
    const sha = await project.push(oneStep(engine.image, 'sleep 3; echo done'));
    await scene.run(sha, hasBegun);
    await server.crash();
    const isReady = () => fetch(`${scene.url}/readyz`).then((response) => response.ok);
    await waitUntil(async () => !(await isReady()), { what: 'readyz to say no', timeoutMs: 10_000 });
    await server.start();
    await waitUntil(isReady, { what: 'readyz to say yes', timeoutMs: 10_000 });
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'success' });
    await scene.status('pg/crash', sha, 'success');
  });

  it('is told 503 for a push while the database is away, and takes it when it is delivered again', async () => {
    const project = await scene.project('pg/away');
    await server.crash();
    const sha = await project.push(oneStep(engine.image, 'echo done'));
    const missed = scene.git.deliveries().findLast(({ event }) => event === 'push');
    expect(missed?.response?.status).toBe(503);
    await server.start();
    await scene.git.redeliver(missed?.id ?? 0);
    expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
  });

  it('loses nothing when everything is killed in the middle of a job', async () => {
    const project = await scene.project('pg/killed');
    const sha = await project.push(
      oneStep(engine.image, 'if [ "$HOOKLINE_ATTEMPT" = 1 ]; then sleep 3; fi\necho done'),
    );
    await scene.run(sha, hasBegun);
    const pids = [scene.hookline.pid, ...scene.hookline.children().map(({ pid }) => pid)];
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await scene.hookline.ended;
    await scene.start();
    expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
    await scene.status('pg/killed', sha, 'success');
    await nothingLeft(scene.dataDir, engine.dockerHost);
  });
});
