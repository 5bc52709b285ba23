import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterEach, expect, inject } from 'vitest';
import { createDockerEngine } from '../../runners/engine/docker/docker-engine.ts';
import type { ContainerSpec, Engine, JobContainer } from '../../runners/engine/engine.ts';
import { dockerClient } from '../support/docker-client.ts';

export type DockerBench = {
  engine: Engine;
  dockerHost: string;
  /** The engine, asked past our own. */
  docker: Docker;
  image: string;
  /** Whose the containers of this bench are. */
  owner: string;
  folder: string;
  newWorkspace(): string;
  spec(over?: Partial<ContainerSpec>): ContainerSpec;
  /** How many containers of an owner there are, running or not. */
  countLeft(owner: string): Promise<number>;
  close(): Promise<void>;
};

/** Our engine over the Docker engine that all files share. */
export function openDockerBench(): DockerBench {
  const [dockerHost, image] = [inject('dockerHost'), inject('jobImage')];
  const folder = mkdtempSync(join(tmpdir(), 'hookline-engine-'));
  const owner = `tests-${randomUUID()}`;
  const engine = createDockerEngine({ dockerHost });
  const docker = dockerClient(dockerHost);
  const newWorkspace = () => mkdtempSync(join(folder, 'workspace-'));

  return {
    ...{ engine, dockerHost, docker, image, owner, folder, newWorkspace },
    spec: (over = {}) => ({
      owner,
      roomId: randomUUID(),
      image,
      workspaceDir: newWorkspace(),
      workspacePath: '/workspace',
      memoryBytes: 256 * 2 ** 20,
      cpus: 2,
      pids: 100,
      network: 'none',
      ...over,
    }),
    async countLeft(label) {
      const filters = { label: [`hookline.owner=${label}`] };
      const containers = await docker.listContainers({ all: true, filters });
      return containers.length + (await docker.listNetworks({ filters })).length;
    },
    async close() {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Opens containers that are closed after each test, which leaves none behind. */
export function containersOf(bench: DockerBench): (over?: Partial<ContainerSpec>) => Promise<JobContainer> {
  const opened: JobContainer[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((container) => container.close()));
    expect(await bench.countLeft(bench.owner)).toBe(0);
  });
  return async (over) => {
    const { signal } = new AbortController();
    const container = await bench.engine.open(bench.spec(over), { signal });
    opened.push(container);
    return container;
  };
}
