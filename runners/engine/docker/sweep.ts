import type Docker from 'dockerode';
import { LABELS } from './container-options.ts';
import { callDaemon } from './daemon.ts';
import { removeContainer } from './job-container.ts';
import { removeNetwork } from './open-network.ts';

const LIST_TIMEOUT_MS = 20_000;

/**
 * Removes this owner's containers, then its networks, whose room is not kept. All are tried before the first
 * failure is thrown, so one that cannot be removed does not shield the others.
 */
export async function sweepOwner(
  docker: Docker,
  owner: string,
  keep: ReadonlySet<string>,
): Promise<string[]> {
  const filters = { label: [`${LABELS.owner}=${owner}`] };
  const isLeftOver = ({ Labels }: { Labels?: Record<string, string> | undefined }) =>
    !keep.has(Labels?.[LABELS.room] ?? '');

  const containers = await callDaemon('list containers', { timeoutMs: LIST_TIMEOUT_MS }, (abortSignal) =>
    docker.listContainers({ all: true, filters, abortSignal }),
  );
  const removedContainers = await settle(
    containers.filter(isLeftOver).map(async ({ Id, Names }) => {
      await removeContainer(docker, Id);
      return Names[0]?.replace(/^\//, '') ?? Id;
    }),
  );
  const networks = await callDaemon('list networks', { timeoutMs: LIST_TIMEOUT_MS }, (abortSignal) =>
    docker.listNetworks({ filters, abortSignal }),
  );
  const removedNetworks = await settle(
    networks.filter(isLeftOver).map(async ({ Id, Name }) => {
      await removeNetwork(docker, Id);
      return Name;
    }),
  );
  return [...removedContainers, ...removedNetworks];
}

async function settle(removals: Promise<string>[]): Promise<string[]> {
  const results = await Promise.allSettled(removals);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
