import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dockerClient } from '../support/docker-client.ts';
import { type HooklineScene, openHooklineScene, type RunJson } from '../support/hookline-scene.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';

let engine: JobEngine;
let scene: HooklineScene;
let docker: Docker;
const repo = `hookline-same-${randomUUID()}`;

beforeAll(async () => {
  engine = await startJobEngine();
  docker = dockerClient(engine.dockerHost);
  scene = await openHooklineScene({ DOCKER_HOST: engine.dockerHost });
  await scene.start();
});

afterAll(async () => {
  await scene?.close();
  await docker
    ?.getImage(`${repo}:latest`)
    .remove()
    .catch(() => {});
  await engine?.close();
});

/** Makes a new image and has the name stand for it. */
async function moveName(version: string): Promise<string> {
  const container = await docker.createContainer({ Image: engine.image, Cmd: ['true'] });
  try {
    await container.commit({ repo, tag: 'latest', changes: `LABEL version=${version}` });
  } finally {
    await container.remove();
  }
  return (await docker.getImage(`${repo}:latest`).inspect()).Id;
}

async function runAgain(run: RunJson, sha: string): Promise<RunJson> {
  const answer = await fetch(new URL(`/api/v1/runs/${run.id}/retry`, scene.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ by: 'ada', scope: 'all' }),
  });
  expect(answer.ok).toBe(true);
  const wanted = (run.jobs[0]?.attempts.length ?? 0) + 1;
  return scene.run(sha, ({ status, jobs }) => status === 'success' && jobs[0]?.attempts.length === wanted);
}

it('a run that is run again has the image of the first time, and says so when that is gone', async () => {
  const first = await moveName('one');
  const project = await scene.project('same/image');
  const sha = await project.push(`image: ${repo}:latest\nsteps: [echo here]\n`);
  const run = await scene.ended(sha);
  expect(run.jobs[0]?.attempts).toMatchObject([{ image: { name: `${repo}:latest`, id: first } }]);

  const second = await moveName('two');
  expect(second).not.toBe(first);
  const same = await runAgain(run, sha);
  expect(same.jobs[0]?.attempts[1]?.image).toEqual({ name: `${repo}:latest`, id: first });
  expect(same.reason).toBeUndefined();

  // Containers of jobs that have ended are removed behind their end, and hold their image until then.
  await docker.getImage(first).remove({ force: true });
  const other = await runAgain(same, sha);
  expect(other.jobs[0]?.attempts[2]?.image).toMatchObject({ id: second, moved: true });
  expect(other.reason).toMatchObject({ code: 'image-moved' });
  expect(await scene.log({ id: other.jobs[0]?.id ?? '' })).toContain(
    'is not what it was at the first attempt',
  );
  const page = await (await scene.get(`/runs/${run.id}`)).text();
  expect(page).toContain('has moved since the first attempt');
  expect(page).toContain('not the image of the first attempt');
});
