import { describe, expect, it } from 'vitest';
import {
  containerName,
  containerOptions,
  defaultUser,
} from '../../../runners/engine/docker/container-options.ts';
import type { ContainerSpec } from '../../../runners/engine/engine.ts';

const spec: ContainerSpec = {
  owner: 'runner-1',
  roomId: 'room-1',
  image: 'sha256:abc',
  workspaceDir: '/var/lib/hookline/work/1',
  workspacePath: '/workspace',
  memoryBytes: 2 ** 30,
  cpus: 1.5,
  pids: 512,
  network: 'none',
};

describe('the options of a job’s container', () => {
  it('give it its workspace, its limits and nothing more', () => {
    const { HostConfig, ...options } = containerOptions(spec);
    expect(HostConfig).toEqual({
      Mounts: [{ Type: 'bind', Source: '/var/lib/hookline/work/1', Target: '/workspace' }],
      Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=536870912' },
      CapDrop: ['ALL'],
      CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      PidsLimit: 512,
      Memory: 2 ** 30,
      MemorySwap: 2 ** 30,
      NanoCpus: 1_500_000_000,
      NetworkMode: 'none',
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
    });
    expect(options).toMatchObject({ Image: 'sha256:abc', Entrypoint: ['/bin/sh'], Cmd: [], StdinOnce: true });
    expect(options.Labels).toEqual({
      'hookline.owner': 'runner-1',
      'hookline.room': 'room-1',
    });
  });

  it('name it so that an operator knows whose it is, in letters that Docker takes', () => {
    expect(containerName('acme/shop#7 build (18)', '0a1b')).toBe('hookline-acme-shop-7-build-18--0a1b');
  });

  it('run it as this process’s own user, unless that is root', () => {
    expect(defaultUser(1000, 100)).toEqual({ user: '1000:100' });
    expect(defaultUser(0, 0)).toEqual({});
    expect(defaultUser(undefined, undefined)).toEqual({});
  });
});
