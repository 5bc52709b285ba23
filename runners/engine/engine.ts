import { Refusal } from '../../src/errors.ts';

/**
 * PORT: the container engine that jobs run in. Adapters: `docker/` (a Docker or Podman socket), `process/` (processes of
 * this host, without any isolation) and `fake/` (scripted, in this process). One contract suite runs over all.
 *
 * Order of calls: `check` once at start; then for each room `prepareImage` → `openNetwork` → `open` → `run`, one step
 * after another → `stop` when something is to be collected → `close` of the container, then of the network; `sweep` at
 * start and from time to time; `close` of the engine last.
 *
 * Who closes what: the caller of `open` closes the container it got, also after a step ended in `died`. When
 * `open` rejects, nothing of it is left. A runner that dies without closing leaves containers and networks behind, and
 * those are what `sweep` is for. `close` of the engine closes the containers and networks that are still open.
 *
 * Every method may be called from several jobs at once; one container runs one step at a time.
 */
export type Engine = {
  /**
   * `none`: what is called a container here holds nothing back. Images are not looked at, limits do not hold, a network is
   * the host's, `open` without a network and `openService` are refused with `needs-isolation`.
   */
  readonly isolation: 'container' | 'none';

  /** Says who answers. Refuses with `engine-unreachable`, naming the address and the remedy. */
  check(signal: AbortSignal): Promise<{ name: string; version: string }>;

  /**
   * Makes sure the image is here, pulling it if need be, and returns the id to open containers with. Asked
   * again within a short time it answers from memory; asked by two jobs at once it pulls once. Refuses with
   * `image-unavailable` when it is not to be had and with `image-pull-failed` when it may be had another time, naming
   * the image and the engine's own words; with `disk-full` when there is no room for it.
   */
  prepareImage(image: string, options: { signal: AbortSignal }): Promise<PreparedImage>;

  /** The image of this id or name as this engine has it now, without pulling it; nothing when it has none. */
  findImage(image: string, options: { signal: AbortSignal }): Promise<PreparedImage | undefined>;

  /**
   * A network on which nobody else is: containers of other networks cannot be reached over it. Rejects as `open` does.
   */
  openNetwork(spec: NetworkSpec, options: { signal: AbortSignal }): Promise<Network>;

  /**
   * Creates and starts a container: when this resolves, steps can be run. Rejects with the signal's
   * reason when aborted, after removing what it had made; refuses with `container-refused` or
   * `image-unavailable` when the engine says no, and with `engine-failed` or `disk-full` when it could not.
   */
  open(spec: ContainerSpec, options: { signal: AbortSignal }): Promise<JobContainer>;

  /**
   * Starts a container beside a job's and resolves when it is ready (see `ServiceSpec`). Rejects as `open` does, and
   * with `service-not-ready`, whose message ends with the service's own log, when it ends before or takes too long.
   */
  openService(spec: ServiceSpec, options: { signal: AbortSignal }): Promise<Service>;

  /**
   * Removes every container and network that carries this owner's label and whose room is not in `keep`, and
   * returns the names of what it removed. A room must be in `keep` from before its first `open` until after its
   * last `stop` or `close`. Containers of other owners are never touched.
   */
  sweep(owner: string, keep: ReadonlySet<string>): Promise<string[]>;

  /** Closes every container and network that is still open. Idempotent. */
  close(): Promise<void>;
};

export type NetworkSpec = {
  /** The runner installation this belongs to; `sweep` goes by it. */
  owner: string;
  /** What `sweep` keeps or removes together. */
  roomId: string;
};

export type Network = {
  readonly name: string;
  /** Every container on it must be closed before. Idempotent; one that is gone already is no error. */
  close(): Promise<void>;
};

export type PreparedImage = {
  id: string;
  /** `name@sha256:…`, by which any engine can pull the very same; absent for an image that came from no registry. */
  digest?: string;
};

export type ContainerSpec = {
  owner: string;
  roomId: string;
  /** What `prepareImage` returned. */
  image: string;
  /** The job's workspace on this machine: the only host path the container sees. */
  workspaceDir: string;
  /** Where the workspace is in the container, an absolute path; steps start there. Without isolation it is where it is. */
  workspacePath: string;
  memoryBytes: number;
  cpus: number;
  /** How many processes and threads the job may have at one time. */
  pids: number;
  /** The name of a network that `openNetwork` made. */
  network: string | 'none';
  /** `uid:gid` the steps run as; default: this process's own, and the image's user when that is root. */
  user?: string;
};

export type ServiceSpec = NetworkSpec & {
  /** The host name by which it is reached on its network. */
  name: string;
  /** What `prepareImage` returned. */
  image: string;
  /** Whoever may look at the engine's containers sees these. */
  env: Readonly<Record<string, string>>;
  /** For its `/bin/sh`, in place of the image's own. */
  command?: string | undefined;
  /**
   * When it is ready: `ready` is run in it until it succeeds; else the image's own health check says so; else something
   * listens on `port`, else on the first port that the image exposes; else it runs.
   */
  ready?: string | undefined;
  port?: number | undefined;
  timeoutMs: number;
  network: string;
  memoryBytes: number;
  cpus: number;
  pids: number;
};

export type Service = {
  /** Kills and removes it. Idempotent, as of a container. */
  close(): Promise<void>;
};

export type ContainerUsage = {
  cpuMs: number;
  /** Most memory at one time; the page cache counts. */
  peakMemoryBytes: number;
  /** From and to disks, which what stays in the page cache is not. */
  readBytes: number;
  writtenBytes: number;
};

export type JobContainer = {
  readonly id: string;

  /** Whether steps can be run in it, as far as is known without asking. */
  readonly alive: boolean;

  /**
   * What it has used from its start until now, all its processes together; nothing when it has ended or the engine
   * cannot say. Never rejects.
   */
  usage(): Promise<ContainerUsage | undefined>;

  /**
   * How much of the engine's disk it has filled outside of its workspace, which the engine may take long to count. 0 when
   * it cannot say. Never rejects.
   */
  layerBytes(): Promise<number>;

  /** What people who look at the engine's own lists see of it. Whatever comes of it, nobody depends on it. */
  rename(name: string): Promise<void>;

  /**
   * Runs one step and resolves when its shell has ended. What it left in the background goes on until the
   * container is closed and does not hold up the end; output of such processes is shown in the step that is
   * running when it is read, and waits for the next step when none is.
   *
   * Output is stdout and stderr in the order they were written, byte for byte, in chunks of no particular
   * size. When `output` returns a promise nothing more is read until it resolves. When it throws, the step
   * is killed and `run` rejects with that error; that is the only way it rejects for a step that was started.
   *
   * `signal` kills the step as `interrupt('KILL')` does, and `run` then resolves with how it ended; aborted
   * beforehand, `run` rejects with its reason. After a step that was killed, further steps can be run; after
   * `died`, every further `run` says `died` again.
   *
   * Refuses with `step-invalid` what cannot be given to a process. Throws when a step is already running.
   */
  run(step: Step, options: { output: OutputSink; signal?: AbortSignal }): Promise<StepEnd>;

  /**
   * Sends the signal to every process in the container but its init: the running step and whatever earlier
   * steps left behind. Resolves when it has been sent, which is not yet the step's end. Does nothing when no
   * step is running. A TERM that cannot be sent is let go (a KILL follows it). A KILL is sent again while the
   * step goes on; one that cannot be sent kills the container, so the step ends as `died`.
   */
  interrupt(signal: 'TERM' | 'KILL'): Promise<void>;

  /**
   * Kills whatever runs in the container and resolves when not one process of it is left: from then on nobody
   * changes the workspace. A step that was running ends as `died`, at once. Rejects (`engine-unreachable`) when
   * that cannot be made sure of. Much faster than `close`, which does all of it too.
   */
  stop(): Promise<void>;

  /**
   * Kills and removes the container; a step that was running ends as `died`, at once. Idempotent. An engine
   * that no longer knows the container is no error; one that cannot be reached is (`engine-unreachable`),
   * and then the container is left to `sweep`.
   */
  close(): Promise<void>;
};

export type Step = {
  /** Given to the shell with `-c` as it is: options such as errexit are the script's own matter. */
  script: string;
  shell: 'sh' | 'bash';
  /** It never shows in the engine's own descriptions of the container. */
  env: Readonly<Record<string, string>>;
  /** In the container; relative to the workspace unless absolute. */
  workingDirectory: string;
};

export type OutputSink = (chunk: Uint8Array) => void | Promise<void>;

export type StepEnd =
  | {
      type: 'exited';
      /** As the shell says it: 128 + n after signal n. */
      code: number;
      /** Present when the memory limit was reached and the kernel killed a process of the job: a sentence for a person. */
      oom?: string;
    }
  /** The container is gone, or must be taken for gone, and no further step can run in it. */
  | { type: 'died'; reason: 'oom' | 'killed' | 'lost'; message: string };

export const ENGINE_REFUSALS = [
  'engine-unreachable',
  'engine-failed',
  'image-unavailable',
  'image-not-allowed',
  'image-pull-failed',
  'container-refused',
  'service-not-ready',
  'step-invalid',
  'needs-isolation',
  'disk-full',
] as const;

export class EngineRefusal extends Refusal<(typeof ENGINE_REFUSALS)[number]> {}
