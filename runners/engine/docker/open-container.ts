import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { messageOf } from '../../../src/errors.ts';
import { type ContainerSpec, EngineRefusal } from '../engine.ts';
import { containerName, containerOptions } from './container-options.ts';
import { callDaemon, DaemonError, isGone, isUnreachable } from './daemon.ts';
import { isFullDisk } from './image-refusal.ts';
import { removeContainer } from './job-container.ts';
import { unreachable } from './unreachable.ts';

const CREATE_TIMEOUT_MS = 30_000;
const ATTACH_TIMEOUT_MS = 15_000;
const START_TIMEOUT_MS = 60_000;

export type OpenedContainer = { container: Docker.Container; attached: Duplex };

/**
 * Creates, attaches and starts. The calls themselves are not cut by the signal, as the daemon would carry a cut
 * call out all the same: each is waited for, and then everything is taken back.
 */
export async function openContainer(
  docker: Docker,
  spec: ContainerSpec,
  options: { address: string; signal: AbortSignal; nameSuffix: string },
): Promise<OpenedContainer> {
  const { address, signal, nameSuffix } = options;
  signal.throwIfAborted();
  const name = containerName(spec.roomId, nameSuffix);
  let attached: Duplex | undefined;
  try {
    const container = await callDaemon('create container', { timeoutMs: CREATE_TIMEOUT_MS }, (abortSignal) =>
      docker.createContainer({ ...containerOptions(spec), name, abortSignal }),
    );
    signal.throwIfAborted();
    attached = await attach(container);
    await callDaemon('start container', { timeoutMs: START_TIMEOUT_MS }, (abortSignal) =>
      container.start({ abortSignal }),
    );
    signal.throwIfAborted();
    return { container, attached };
  } catch (error) {
    attached?.destroy();
    // By name: a create that was given up may have made the container all the same. A container that cannot be
    // removed either is left to the sweep; the first error says more than the second.
    await removeContainer(docker, name).catch(() => {});
    signal.throwIfAborted();
    throw refusalOf(error, spec, address);
  }
}

/** Before the start, so that no frame is missed and the end of the stream is the end of the container. */
async function attach(container: Docker.Container): Promise<Duplex> {
  const stream = await callDaemon('attach', { timeoutMs: ATTACH_TIMEOUT_MS }, (abortSignal) =>
    container.attach({ hijack: true, stream: true, stdin: true, stdout: true, stderr: true, abortSignal }),
  );
  // Typed as a plain NodeJS stream; with `hijack` it is the connection's socket.
  return stream as Duplex;
}

function refusalOf(error: unknown, spec: ContainerSpec, address: string): unknown {
  if (isUnreachable(error)) return unreachable(address, error);
  const words = messageOf(error).replaceAll(spec.workspaceDir, spec.workspacePath);
  if (isGone(error) && /image/i.test(words)) {
    return new EngineRefusal('image-unavailable', `the image ${spec.image} is no longer there: ${words}`, {
      cause: error,
    });
  }
  if (/\/bin\/sh/.test(words)) {
    return new EngineRefusal(
      'container-refused',
      `the image ${spec.image} cannot run steps: ${words} — use an image that has /bin/sh`,
      { cause: error },
    );
  }
  const isOwnFault = error instanceof DaemonError && (error.status ?? 0) >= 500;
  if (isOwnFault) {
    const code = isFullDisk(words) ? 'disk-full' : 'engine-failed';
    return new EngineRefusal(code, `the container engine could not start the job's container: ${words}`, {
      cause: error,
    });
  }
  return new EngineRefusal(
    'container-refused',
    `the container engine refused the job's container: ${words}`,
    {
      cause: error,
    },
  );
}
