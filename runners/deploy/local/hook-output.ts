import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { chown, type FileHandle, open, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { asUser } from './as-user.ts';
import type { HostUser } from './host-users.ts';
import { hasCode } from './system-error.ts';

const run = promisify(execFile);

/**
 * Where a script prints to. It is a named pipe that belongs to the script's user, for three reasons: output
 * and errors keep their order, `> /dev/stderr` works after the change of user (it does not on the sockets and
 * foreign pipes that spawn makes), and a daemon that the script leaves behind can be given another reader.
 */
export type HookOutput = {
  readonly writeFd: number;
  /** To be called once the script has its own copy of `writeFd`; otherwise the pipe never ends. */
  closeWriteEnd(): Promise<void>;
  /** Reads until nobody can write any more, or until it is told to stop while others still can. */
  read(options: ReadHookOutput): Promise<'ended' | 'stopped'>;
  /**
   * Leaves the pipe to a process of the same user that throws everything away. It ends with the last
   * writer and outlives hookline, so a daemon that prints is neither blocked nor killed by SIGPIPE.
   */
  handOver(): void;
  close(): Promise<void>;
};

export type ReadHookOutput = {
  /** Awaited, so a slow reader slows the script down. The chunk is overwritten by the next one. */
  readonly onChunk: (chunk: Uint8Array) => Promise<void>;
  /** Asked while there is nothing to read. */
  readonly stopWhenQuiet: () => boolean;
  /** Asked after each chunk. */
  readonly stopAtOnce: () => boolean;
};

const pollMs = 15;

export async function openHookOutput(path: string, user: HostUser): Promise<HookOutput> {
  await rm(path, { force: true });
  await run('mkfifo', ['-m', '600', path]);
  let readEnd: FileHandle | undefined;
  let writeEnd: FileHandle | undefined;
  try {
    await chown(path, user.uid, user.gid);
    // Without O_NONBLOCK each open would wait for the other one.
    readEnd = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    writeEnd = await open(path, constants.O_WRONLY);
  } catch (error) {
    await readEnd?.close();
    throw error;
  } finally {
    // Both ends are open; the name is not needed, and the script's user finds the pipe by /dev/stdout.
    await rm(path, { force: true });
  }
  return hookOutput(readEnd, writeEnd, user);
}

function hookOutput(readEnd: FileHandle, writeEnd: FileHandle, user: HostUser): HookOutput {
  let open: readonly FileHandle[] = [readEnd, writeEnd];
  const closeOne = async (handle: FileHandle) => {
    if (!open.includes(handle)) return;
    open = open.filter((each) => each !== handle);
    await handle.close();
  };
  return {
    writeFd: writeEnd.fd,
    closeWriteEnd: () => closeOne(writeEnd),
    async read({ onChunk, stopWhenQuiet, stopAtOnce }) {
      const buffer = Buffer.alloc(64 * 1024);
      for (;;) {
        const sizeBytes = await readNow(readEnd, buffer);
        if (sizeBytes === 0) return 'ended';
        if (sizeBytes === undefined) {
          if (stopWhenQuiet()) return 'stopped';
          await wait(pollMs);
        } else {
          await onChunk(buffer.subarray(0, sizeBytes));
          if (stopAtOnce()) return 'stopped';
        }
      }
    },
    handOver() {
      const [file, ...args] = asUser(user, ['cat']);
      const drain = spawn(file, args, {
        stdio: [readEnd.fd, 'ignore', 'ignore'],
        detached: true,
        env: { PATH: '/usr/bin:/bin' },
        cwd: '/',
      });
      // Without a drain the daemon meets a closed pipe, which is what it would have met anyway.
      drain.on('error', () => {});
      drain.unref();
    },
    async close() {
      await closeOne(writeEnd);
      await closeOne(readEnd);
    },
  };
}

/** `undefined`: nothing to read now, but somebody may still write. */
async function readNow(handle: FileHandle, buffer: Buffer): Promise<number | undefined> {
  try {
    return (await handle.read(buffer)).bytesRead;
  } catch (error) {
    if (hasCode(error, 'EAGAIN')) return undefined;
    throw error;
  }
}
