import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { dockerClient } from '../support/docker-client.ts';
import { measureMemory } from './measure-memory.ts';
import type { Scene } from './scene.ts';
import { stopDeployedServer } from './stop-deployed-server.ts';
import { waitFor } from './wait-for.ts';

const lookMs = 50;
const lookAgain = 60;

/** Stops the deployed server and hookline, and looks at what they leave. */
export async function stopAndLook(scene: Scene): Promise<void> {
  const { terminal, checks, app, hookline, deployment, directory, dockerHost } = scene;
  await stopDeployedServer(app.path);
  // The script sends a signal; the server takes a moment to go.
  const isGone = () =>
    fetch(deployment.url).then(
      () => undefined,
      () => true,
    );
  const stopped = await waitFor('the server to stop', isGone, { timeoutMs: 5_000, signal: scene.signal });
  checks.equal('the deployed server stops by its own script', true, stopped);

  const processes = await measureMemory(hookline.pid);
  const begin = performance.now();
  const { code } = await hookline.stop();
  terminal.good('hookline stopped', performance.now() - begin);
  checks.equal('hookline stops with exit code 0', 0, code);
  const left = () => processes.filter(({ pid }) => existsSync(`/proc/${pid}`)).map(({ role }) => role);
  // The shells that watch over its children see their end a moment later than we do.
  for (let tries = 0; tries < lookAgain && left().length > 0; tries += 1) await delay(lookMs);
  checks.equal('none of its processes is left', [], left());

  const containers = await dockerClient(dockerHost).listContainers({ all: true });
  const ours = containers.filter(({ Mounts }) => Mounts.some(({ Source }) => Source?.startsWith(directory)));
  checks.equal('no container of it is left', 0, ours.length);
}
