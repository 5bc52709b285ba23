import type { ContainerCreateOptions } from 'dockerode';
import type { ServiceSpec } from '../engine.ts';
import { CAPABILITIES, labelsOf } from './container-options.ts';

/** A service's container as the engine is asked for it: as a job's, save that it runs what its image is for. */
export function serviceOptions(spec: ServiceSpec): ContainerCreateOptions {
  return {
    Image: spec.image,
    Hostname: spec.name,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    ...(spec.command !== undefined && { Entrypoint: ['/bin/sh', '-c', spec.command], Cmd: [] }),
    Labels: labelsOf(spec),
    HostConfig: {
      CapDrop: ['ALL'],
      CapAdd: CAPABILITIES,
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      // Servers start processes that they do not wait for.
      Init: true,
      PidsLimit: spec.pids,
      Memory: spec.memoryBytes,
      MemorySwap: spec.memoryBytes,
      NanoCpus: Math.round(spec.cpus * 1e9),
      NetworkMode: spec.network,
      // Kept for whoever asks why it was not ready, and bounded, for it may talk for hours.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
      RestartPolicy: { Name: 'no' },
    },
    NetworkingConfig: { EndpointsConfig: { [spec.network]: { Aliases: [spec.name] } } },
  };
}
