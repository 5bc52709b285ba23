import type { DockerOptions } from 'dockerode';
import { EngineRefusal } from '../engine.ts';

const DEFAULT_SOCKET = '/var/run/docker.sock';

/**
 * Where `DOCKER_HOST` points, as dockerode takes it. Every field is set, also to undefined: dockerode fills those that
 * are missing from its own reading of the environment. Only addresses of engines that share this machine's file system make
 * sense (the workspace is mounted from it), hence no ssh and no TLS.
 */
export function dockerAddress(dockerHost: string | undefined): { options: DockerOptions; shown: string } {
  const address = dockerHost || `unix://${DEFAULT_SOCKET}`;
  const socketPath = /^unix:\/\/(\/.+)$/.exec(address)?.[1];
  if (socketPath) {
    return { options: { socketPath, host: undefined, port: undefined, protocol: 'http' }, shown: address };
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.hostname && (url.protocol === 'tcp:' || url.protocol === 'http:')) {
    return {
      options: { socketPath: undefined, host: url.hostname, port: url.port || 2375, protocol: 'http' },
      shown: `tcp://${url.host}`,
    };
  }
  throw new EngineRefusal(
    'engine-unreachable',
    `DOCKER_HOST is ${JSON.stringify(address)}, which is no address of a local engine: use unix:///path/to/docker.sock or tcp://127.0.0.1:2375`,
  );
}
