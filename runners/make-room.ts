import type { Log } from '../src/log.ts';
import type { Engine, JobContainer, Network, PreparedImage, Service, ServiceSpec } from './engine/engine.ts';

/** A place for one job: a directory that is empty at first, and a container on a network of its own that sees it. */
export type Room = {
  readonly workspaceDir: string;
  /** Resolves when steps can be run. */
  readonly container: Promise<JobContainer>;
  /** Starts services on the room's network; resolves when all are ready, rejects when the first is not. */
  serve(services: readonly RoomService[], options: { signal: AbortSignal }): Promise<void>;
  /**
   * Ends whatever runs in it and resolves when the directory is gone. The engine takes far longer to remove container
   * and network, and nobody has to wait for that.
   */
  close(): Promise<void>;
};

/** Its image is a name: it is looked up, or pulled, when the service is started. */
export type RoomService = Omit<ServiceSpec, 'owner' | 'roomId' | 'network' | 'memoryBytes' | 'cpus' | 'pids'>;

export type RoomPorts = {
  engine: Engine;
  /** A directory of its own for a room. Removing one that is not there is no error. */
  workspaces: {
    create(roomId: string): Promise<string>;
    remove(roomId: string): Promise<void>;
    sweep(keep: ReadonlySet<string>): Promise<void>;
  };
  log: Log;
};

export type RoomPlan = {
  roomId: string;
  owner: string;
  image: Promise<PreparedImage>;
  limits: { memoryBytes: number; cpus: number; pids: number };
  /** Absent: one of its own. */
  network?: 'none' | undefined;
};

/** Where the workspace is in the container. */
const workspacePath = '/workspace';

/** The engine knows it by this name; there is nothing to close. */
const noNetwork: Network = { name: 'none', close: async () => {} };

/**
 * Makes a room; its container goes on being made when this resolves. `onGone` is told when nothing of it is left, or
 * what is left can only be swept.
 */
export async function makeRoom(
  ports: RoomPorts,
  plan: RoomPlan,
  options: { signal: AbortSignal; onGone: () => void },
): Promise<Room> {
  const { engine, workspaces, log } = ports;
  const { roomId, owner, image, limits } = plan;
  const closed = new AbortController();
  const signal = AbortSignal.any([options.signal, closed.signal]);
  image.catch(() => {});
  const workspaceDir = await workspaces.create(roomId).catch((error: unknown) => {
    options.onGone();
    throw error;
  });
  const network =
    plan.network === 'none' ? Promise.resolve(noNetwork) : engine.openNetwork({ owner, roomId }, { signal });
  network.catch(() => {});
  const container = open();
  container.catch(() => {});
  const services: Promise<Service>[] = [];
  let closing: Promise<void> | undefined;

  async function open(): Promise<JobContainer> {
    const { id } = await image;
    const { name } = await network;
    return engine.open(
      { owner, roomId, image: id, workspaceDir, workspacePath, network: name, ...limits },
      { signal },
    );
  }

  async function serve(wanted: readonly RoomService[], given: AbortSignal): Promise<void> {
    const begun = wanted.map(async (service) => {
      const until = { signal: AbortSignal.any([given, closed.signal]) };
      const [{ id }, { name }] = await Promise.all([engine.prepareImage(service.image, until), network]);
      return engine.openService({ ...service, owner, roomId, image: id, network: name, ...limits }, until);
    });
    services.push(...begun);
    await Promise.all(begun);
  }

  async function close(): Promise<void> {
    closed.abort();
    const opened = await container.catch(() => undefined);
    const stopped = opened?.stop() ?? Promise.resolve();
    // Also when it could not be stopped: perhaps it can be removed.
    const tidied = stopped.catch(() => {}).then(() => tidy(opened));
    try {
      await stopped;
      await workspaces.remove(roomId);
    } finally {
      void tidied.then(options.onGone);
    }
  }

  async function tidy(opened: JobContainer | undefined): Promise<void> {
    try {
      await opened?.close();
      for (const service of await Promise.allSettled(services)) {
        if (service.status === 'fulfilled') await service.value.close();
      }
      const made = await network.catch(() => undefined);
      await made?.close();
    } catch (error) {
      log.warn({ err: error, roomId }, 'a container is left to the sweep');
    }
  }

  return {
    workspaceDir,
    container,
    serve: (wanted, { signal: given }) => serve(wanted, given),
    close() {
      closing ??= close();
      return closing;
    },
  };
}
