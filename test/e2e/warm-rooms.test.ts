import { afterAll, beforeAll, expect, it } from 'vitest';
import { dockerClient } from '../support/docker-client.ts';
import type { HooklineProject } from '../support/hookline-project.ts';
import { type HooklineScene, openHooklineScene } from '../support/hookline-scene.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';
import { leftoversOf, nothingLeft } from '../support/leftovers.ts';
import { waitUntil } from '../support/wait-until.ts';

let engine: JobEngine;
let scene: HooklineScene;
let project: HooklineProject;

beforeAll(async () => {
  engine = await startJobEngine();
  scene = await openHooklineScene({ DOCKER_HOST: engine.dockerHost, HOOKLINE_WARM_CONTAINERS: '1' });
  await scene.start();
  project = await scene.project('octo/warm');
});

afterAll(async () => {
  await scene?.close();
  await engine?.close();
});

const pipeline = () => `image: ${engine.image}
jobs:
  test:
    steps:
      - echo "host $(hostname)"; ls -A . /tmp; echo mine | tee left-here > /tmp/left-there; sleep 9 &
`;

/** The container that waits for the next job, by the name that it gives itself. */
async function oneWaits(): Promise<string> {
  const docker = dockerClient(engine.dockerHost);
  let host = '';
  await waitUntil(
    async () => {
      const [only, ...others] = (await leftoversOf(scene.dataDir, engine.dockerHost)).filter((each) =>
        each.startsWith('container '),
      );
      if (only === undefined || others.length > 0) return false;
      // It may be the last job's, which is just being removed.
      const found = await docker
        .getContainer(only.replace('container /', ''))
        .inspect()
        .catch(() => undefined);
      host = found?.Config.Hostname ?? '';
      return found?.State.Running === true;
    },
    { what: 'one container to wait', timeoutMs: 60_000 },
  );
  return host;
}

it('a job begins in a container that was started for it before it was pushed, and finds nothing of another', async () => {
  const first = await pushed();
  const waits = await oneWaits();
  expect(first).not.toContain(`host ${waits}`);
  const second = await pushed();
  expect(second).toContain(`host ${waits}`);
  expect(second).not.toContain('left-');
  expect(await oneWaits()).not.toBe(waits);
});

it('a job reaches its services by name, and is an error that says why when one does not get ready', async () => {
  const serving = (command: string) => `image: ${engine.image}
jobs:
  test:
    services:
      web: { image: "${engine.image}", port: 80, timeout: 30s, command: '${command}' }
    steps:
      - node -e 'fetch("http://web").then((r) => r.text()).then(console.log)'
`;
  const listen = 'exec node -e "http.createServer((_, r) => r.end(process.env.HOSTNAME)).listen(80)"';
  const good = await scene.ended(await project.push(serving(listen)));
  expect(good.status).toBe('success');
  const bad = await scene.ended(await project.push(serving('echo no disk; exit 3')));
  expect(bad).toMatchObject({ status: 'error', reason: { code: 'service-not-ready' } });
  expect(bad.reason?.message).toMatch(/service web ended with exit code 3.*no disk/s);
});

it('nothing is left when hookline has stopped', async () => {
  await oneWaits();
  expect(await scene.hookline.stop()).toEqual({ code: 0, signal: null });
  await nothingLeft(scene.dataDir, engine.dockerHost);
});

async function pushed(): Promise<string> {
  const run = await scene.ended(await project.push(pipeline()));
  expect(run.status).toBe('success');
  const [job] = run.jobs;
  return scene.log(job ?? { id: 'missing' });
}
