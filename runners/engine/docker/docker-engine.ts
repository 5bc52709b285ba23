import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import type { Engine, JobContainer, Network, Service } from '../engine.ts';
import { defaultUser } from './container-options.ts';
import { callDaemon, isUnreachable } from './daemon.ts';
import { dockerAddress } from './docker-address.ts';
import { createJobContainer } from './job-container.ts';
import { openContainer } from './open-container.ts';
import { openNetwork } from './open-network.ts';
import { openService } from './open-service.ts';
import { createImageStore } from './prepare-image.ts';
import { sweepOwner } from './sweep.ts';
import { unreachable } from './unreachable.ts';

const VERSION_TIMEOUT_MS = 10_000;

/**
 * The engine behind a Docker socket (or Podman's compatible one), which must share this machine's file system.
 *
 * One container per job and no call of the daemon per step: process 1 is a shell that reads each step as a program
 * from its stdin over one attach stream. See `step-program.ts` for what it is told and `step-session.ts` for what
 * comes back. A step runs as the same user as that shell, so one that sets out to (through /proc/1) can break its
 * own job's conversation; it cannot do so by anything it prints.
 */
export function createDockerEngine(
  options: { dockerHost?: string | undefined; nowMs?: () => number; newToken?: () => string } = {},
): Engine {
  const { nowMs = Date.now, newToken = () => randomBytes(16).toString('hex') } = options;
  const { options: connection, shown: address } = dockerAddress(options.dockerHost);
  const docker = new Docker(connection);
  const images = createImageStore({ docker, address, nowMs });
  const open = new Set<JobContainer | Service>();
  const networks = new Set<Network>();
  const user = defaultUser(process.getuid?.(), process.getgid?.());

  async function reached<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw isUnreachable(error) ? unreachable(address, error) : error;
    }
  }

  return {
    isolation: 'container',
    check: (signal) =>
      reached(async () => {
        const said = await callDaemon('version', { timeoutMs: VERSION_TIMEOUT_MS, signal }, () =>
          docker.version(),
        );
        return { name: said.Platform?.Name || 'Docker', version: said.Version };
      }),

    prepareImage: (image, { signal }) => images.prepare(image, signal),
    findImage: (image, { signal }) => images.find(image, signal),

    async openNetwork(spec, { signal }) {
      const network = await openNetwork(docker, spec, {
        address,
        signal,
        nameSuffix: newToken().slice(0, 12),
        onClosed: () => networks.delete(network),
      });
      networks.add(network);
      return network;
    },

    async open(spec, { signal }) {
      const whole = { ...user, ...spec };
      const opened = await openContainer(docker, whole, {
        address,
        signal,
        nameSuffix: newToken().slice(0, 12),
      }).catch((error: unknown) => {
        images.forget(spec.image);
        throw error;
      });
      const container = createJobContainer({
        ...opened,
        docker,
        spec: whole,
        address,
        newToken,
        onClosed: () => open.delete(container),
      });
      open.add(container);
      return container;
    },

    async openService(spec, { signal }) {
      const service = await openService(docker, spec, {
        address,
        signal,
        nameSuffix: newToken().slice(0, 12),
        onClosed: () => open.delete(service),
      });
      open.add(service);
      return service;
    },

    sweep: (owner, keep) => reached(() => sweepOwner(docker, owner, keep)),

    async close() {
      await Promise.all([...open].map((container) => container.close()));
      await Promise.all([...networks].map((network) => network.close()));
    },
  };
}
