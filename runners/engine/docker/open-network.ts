import type Docker from 'dockerode';
import { messageOf } from '../../../src/errors.ts';
import { EngineRefusal, type Network, type NetworkSpec } from '../engine.ts';
import { containerName, labelsOf } from './container-options.ts';
import { callDaemon, isGone, isUnreachable } from './daemon.ts';
import { unreachable } from './unreachable.ts';

const CREATE_TIMEOUT_MS = 30_000;
const REMOVE_TIMEOUT_MS = 20_000;

/** A bridge of its own: Docker lets nothing pass from one bridge to another. */
export async function openNetwork(
  docker: Docker,
  spec: NetworkSpec,
  options: { address: string; signal: AbortSignal; nameSuffix: string; onClosed: () => void },
): Promise<Network> {
  const { address, signal, nameSuffix } = options;
  signal.throwIfAborted();
  const name = containerName(spec.roomId, nameSuffix);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= removeNetwork(docker, name)
      .catch((error: unknown) => {
        throw isUnreachable(error) ? unreachable(address, error) : error;
      })
      .finally(options.onClosed);
    return closing;
  };
  try {
    await callDaemon('create network', { timeoutMs: CREATE_TIMEOUT_MS }, (abortSignal) =>
      docker.createNetwork({ Name: name, Driver: 'bridge', Labels: labelsOf(spec), abortSignal }),
    );
    signal.throwIfAborted();
    return { name, close };
  } catch (error) {
    // By name: a create that was given up may have made the network all the same.
    await close().catch(() => {});
    signal.throwIfAborted();
    throw isUnreachable(error) ? unreachable(address, error) : refusalOf(error);
  }
}

function refusalOf(error: unknown): EngineRefusal {
  const words = messageOf(error);
  const remedy = /address pool/.test(words)
    ? ': remove networks that nobody uses, or give the engine more with `default-address-pools` in its daemon.json'
    : '';
  const message = `the container engine refused the job's network: ${words}${remedy}`;
  return new EngineRefusal('container-refused', message, { cause: error });
}

export async function removeNetwork(docker: Docker, id: string): Promise<void> {
  try {
    await callDaemon('remove network', { timeoutMs: REMOVE_TIMEOUT_MS }, (abortSignal) =>
      docker.getNetwork(id).remove({ abortSignal }),
    );
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
