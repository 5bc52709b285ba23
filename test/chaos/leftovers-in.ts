import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { dockerClient } from '../support/docker-client.ts';
import type { ChaosWorld } from './chaos-world.ts';

/**
 * What jobs left behind on disks and in Redis. Nothing, once all have ended and been told; workspaces count when the
 * runners have ended as well, for one that runs keeps a few ready for jobs to come.
 */
export async function leftoversIn(world: ChaosWorld, options: { workspaces: boolean }): Promise<string[]> {
  const ofRunners = ['runner/leases', ...(options.workspaces ? ['runner/workspaces'] : [])];
  const ofDeployers = ['deployer/bundles', 'deployer/leases'];
  const places = [
    ...world.runners.flatMap(({ name }) => ofRunners.map((folder) => join(name, folder))),
    ...world.deployers.flatMap(({ name }) => ofDeployers.map((folder) => join(name, folder))),
    'blobs/incoming',
    'tmp',
  ];
  const onDisk = await Promise.all(
    places.map(async (place) => {
      const names = await readdir(join(world.directory, place)).catch(() => []);
      return names.map((name) => `${place}/${name}`);
    }),
  );
  const inDocker = options.workspaces ? await leftInDocker(world) : [];
  return [...onDisk.flat(), ...inDocker, ...(await leftInRedis(world.redis.path))];
}

/** Containers and networks; an engine of the suite's own has none but those of jobs. */
async function leftInDocker({ docker }: ChaosWorld): Promise<string[]> {
  if (!docker) return [];
  const client = dockerClient(docker.dockerHost, { timeoutMs: 20_000 });
  const containers = await client.listContainers({ all: true });
  const networks = await client.listNetworks({ filters: { type: ['custom'] } });
  return [
    ...containers.map(({ Names, Status }) => `container ${Names.join(' ')} (${Status})`),
    ...networks.map(({ Name }) => `network ${Name}`),
  ];
}

/** Tickets, and frames that nobody took. */
async function leftInRedis(path: string): Promise<string[]> {
  const redis = new Redis({ path, retryStrategy: () => null, maxRetriesPerRequest: 1 });
  redis.on('error', () => {});
  try {
    const found: string[] = [];
    for (const key of await redis.keys('bull:*:meta')) {
      const queue = key.slice('bull:'.length, -':meta'.length);
      for (const list of ['wait', 'active', 'paused']) {
        const ids = await redis.lrange(`bull:${queue}:${list}`, 0, -1);
        found.push(...ids.map((id) => `ticket in ${queue}:${list}: ${id}`));
      }
      for (const set of ['completed', 'failed', 'delayed', 'prioritized']) {
        const count = await redis.zcard(`bull:${queue}:${set}`);
        if (count > 0) found.push(`${count} tickets in ${queue}:${set}`);
      }
    }
    const frames = await redis.xlen('hookline:to-control');
    if (frames > 0) found.push(`${frames} frames to control`);
    return found;
  } finally {
    redis.disconnect();
  }
}
