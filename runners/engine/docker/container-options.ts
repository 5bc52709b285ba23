import type { ContainerCreateOptions } from 'dockerode';
import type { ContainerSpec, NetworkSpec } from '../engine.ts';

export const LABELS = {
  owner: 'hookline.owner',
  room: 'hookline.room',
} as const;

/**
 * What builds need as root in their own container, and no more: package managers give files to other users and drop to
 * them (CHOWN, FOWNER, FSETID, DAC_OVERRIDE, SETUID, SETGID), and root must be able to end what runs as another
 * user (KILL). Of Docker's default set this leaves out MKNOD, NET_RAW, NET_BIND_SERVICE, SYS_CHROOT, SETPCAP, SETFCAP
 * and AUDIT_WRITE. A container that does not run as root has none of them.
 */
export const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID'];

/** The job's container as the engine is asked for it. Pure, so that the hardening can be read and tested in one place. */
export function containerOptions(spec: ContainerSpec): ContainerCreateOptions {
  return {
    Image: spec.image,
    // An image's own entry point would come before the driver, and its health check would run beside the job.
    Entrypoint: ['/bin/sh'],
    Cmd: [],
    Healthcheck: { Test: ['NONE'] },
    Labels: labelsOf(spec),
    WorkingDir: spec.workspacePath,
    ...(spec.user !== undefined && { User: spec.user }),
    Tty: false,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    // With the runner's connection the driver's stdin ends too, so a container whose runner was killed ends by itself
    // after its current step.
    StdinOnce: true,
    HostConfig: {
      // A mount, not a bind: a source that the engine's machine does not have is an error, not a new folder.
      Mounts: [{ Type: 'bind', Source: spec.workspaceDir, Target: spec.workspacePath }],
      // Counted against the memory limit: at half of it a full /tmp says "no space left" and kills nobody.
      Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${Math.floor(spec.memoryBytes / 2)}` },
      CapDrop: ['ALL'],
      CapAdd: CAPABILITIES,
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      PidsLimit: spec.pids,
      Memory: spec.memoryBytes,
      MemorySwap: spec.memoryBytes,
      NanoCpus: Math.round(spec.cpus * 1e9),
      NetworkMode: spec.network,
      // The output is read from the attach stream; any other driver would write it a second time.
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
    },
  };
}

/** By these the sweep finds what a dead process left. */
export function labelsOf({ owner, roomId }: NetworkSpec): Record<string, string> {
  return { [LABELS.owner]: owner, [LABELS.room]: roomId };
}

/** A name an operator can read in a list of containers, in letters that Docker takes; `suffix` keeps it unique. */
export function containerName(text: string, suffix: string): string {
  return `hookline-${text.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 80)}-${suffix}`;
}

/** Files a job writes must stay removable by this process: its own user, unless it is root and may remove any. */
export function defaultUser(uid: number | undefined, gid: number | undefined): { user?: string } {
  return uid === undefined || uid === 0 ? {} : { user: `${uid}:${gid ?? uid}` };
}
