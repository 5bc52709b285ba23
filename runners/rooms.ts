import type { Clock } from '../src/clock.ts';
import { makeRoom, type Room, type RoomPlan, type RoomPorts } from './make-room.ts';

/** What a job asks of its room. Two jobs that ask the same can be given each other's. */
export type RoomWish = Pick<RoomPlan, 'image' | 'limits' | 'network'>;

export type Rooms = {
  take(wish: RoomWish, options: { signal: AbortSignal }): Promise<Room>;
  /** Removes whatever earlier processes left on this machine and no room of this one needs. */
  sweep(): Promise<string[]>;
  /** Closes what waits; resolves when nothing is left of any room that was closed. */
  close(): Promise<void>;
};

export type RoomsOptions = {
  /** Names this installation to the engine, the same after a restart. */
  owner: string;
  /** How many rooms at most wait for jobs to come; 0: every room is made when its job is there. */
  warmRooms: number;
  clock: Pick<Clock, 'after'>;
  newId: () => string;
};

/** A room that nobody asked for in this time is given up. */
const waitMs = 30 * 60_000;

type Kind = Pick<RoomPlan, 'limits' | 'network'>;
type Waiting = Kind & { imageId: string; room: Room; callOff: () => void };

/**
 * Rooms for jobs, some of them made ahead: when a job has left its room another one like it is made, in which the next
 * job with the same image, limits and network finds its container started. A room is given to one job and never to a second.
 */
export function openRooms(ports: RoomPorts, options: RoomsOptions): Rooms {
  const { engine, workspaces, log } = ports;
  const { owner, warmRooms, clock, newId } = options;
  /** Of every room there is, until nothing of it is left. */
  const ids = new Set<string>();
  /** Those among them that were closed and are being taken down. */
  const leaving = new Set<Promise<void>>();
  /** The one that waits longest comes first. */
  const waiting: Waiting[] = [];
  /** Under way, to be made ahead. */
  const making = new Set<Promise<void>>();
  const closed = new AbortController();

  async function make(wish: RoomWish, signal: AbortSignal): Promise<Room> {
    const roomId = newId();
    ids.add(roomId);
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const onGone = () => {
      ids.delete(roomId);
      leaving.delete(gone);
      resolve();
    };
    const room = await makeRoom(ports, { roomId, owner, ...wish }, { signal, onGone });
    return {
      ...room,
      close() {
        if (ids.has(roomId)) leaving.add(gone);
        return room.close();
      },
    };
  }

  async function takeWaiting(wish: RoomWish): Promise<Room | undefined> {
    if (!waiting.some((each) => isSame(each, wish))) return undefined;
    const { id } = await wish.image;
    for (;;) {
      const found = waiting.find((each) => each.imageId === id && isSame(each, wish));
      if (!found) return undefined;
      remove(found);
      const container = await found.room.container.catch(() => undefined);
      if (container?.alive) return found.room;
      discard(found.room);
    }
  }

  /** After a job: the machine has just become free for it. */
  async function makeAhead(wish: RoomWish): Promise<void> {
    const { limits, network } = wish;
    const { id: imageId } = await wish.image;
    if (waiting.length >= warmRooms) {
      const oldest = waiting.find((each) => each.imageId !== imageId || !isSame(each, wish));
      if (!oldest) return;
      remove(oldest);
      discard(oldest.room);
    }
    const room = await make(wish, closed.signal);
    const entry: Waiting = { imageId, limits, network, room, callOff: () => {} };
    entry.callOff = clock.after(waitMs, () => {
      remove(entry);
      discard(room);
    });
    waiting.push(entry);
    await room.container.catch((error: unknown) => {
      if (!remove(entry)) return;
      discard(room);
      throw error;
    });
  }

  function remove(entry: Waiting): boolean {
    entry.callOff();
    const at = waiting.indexOf(entry);
    if (at >= 0) waiting.splice(at, 1);
    return at >= 0;
  }

  function discard(room: Room): void {
    room.close().catch((error: unknown) => log.warn({ err: error }, 'a waiting room is left to the sweep'));
  }

  return {
    async take(wish, { signal }) {
      closed.signal.throwIfAborted();
      const room = (await takeWaiting(wish)) ?? (await make(wish, signal));
      let opened = false;
      room.container.then(
        () => {
          opened = true;
        },
        () => {},
      );
      return {
        ...room,
        async close() {
          await room.close();
          if (!opened || warmRooms === 0 || closed.signal.aborted) return;
          const made = makeAhead(wish)
            .catch((error: unknown) => {
              if (!closed.signal.aborted) log.info({ err: error }, 'no room was made ahead');
            })
            .finally(() => making.delete(made));
          making.add(made);
        },
      };
    },

    async sweep() {
      const removed = await engine.sweep(owner, new Set(ids));
      await workspaces.sweep(new Set(ids));
      return removed;
    },

    async close() {
      closed.abort(new Error('the runner is stopping'));
      // None of them takes long now, and what has come of it is among those that wait or leave.
      await Promise.all(making);
      for (const entry of [...waiting]) {
        remove(entry);
        discard(entry.room);
      }
      await Promise.all(leaving);
    },
  };
}

function isSame(one: Kind, other: Kind): boolean {
  const [a, b] = [one.limits, other.limits];
  return (
    a.memoryBytes === b.memoryBytes && a.cpus === b.cpus && a.pids === b.pids && one.network === other.network
  );
}
