import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerClient } from './docker-client.ts';
import { waitUntil } from './wait-until.ts';

/** What is still there of jobs: containers and networks of this installation, workspaces, leases, half-made blobs. */
export async function leftoversOf(dataDir: string, dockerHost: string): Promise<string[]> {
  const owner = await readFile(join(dataDir, 'runner/owner'), 'utf8').catch(() => undefined);
  const found: string[] = [];
  if (owner !== undefined) {
    const docker = dockerClient(dockerHost);
    const filters = { label: [`hookline.owner=${owner}`] };
    const containers = await docker.listContainers({ all: true, filters });
    const networks = await docker.listNetworks({ filters });
    found.push(...containers.map(({ Names }) => `container ${Names.join(' ')}`));
    found.push(...networks.map(({ Name }) => `network ${Name}`));
  }
  for (const folder of [
    'runner/workspaces',
    'runner/leases',
    'deployer/bundles',
    'deployer/leases',
    'blobs/incoming',
  ]) {
    const names = await readdir(join(dataDir, folder)).catch(() => []);
    found.push(...names.map((name) => `${folder}/${name}`));
  }
  return found;
}

/** Resolves when nothing is left; rejects with what is. */
export async function nothingLeft(dataDir: string, dockerHost: string, timeoutMs = 20_000): Promise<void> {
  let found: string[] = [];
  await waitUntil(
    async () => {
      found = await leftoversOf(dataDir, dockerHost);
      return found.length === 0;
    },
    { what: 'everything of the jobs to be gone', timeoutMs, intervalMs: 100 },
  ).catch(() => {
    throw new Error(`left behind: ${found.join(', ')}`);
  });
}
