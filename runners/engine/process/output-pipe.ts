import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import type { OutputSink } from '../engine.ts';

const run = promisify(execFile);
const chunkBytes = 64 * 1024;
/** The most that a pipe holds (/proc/sys/fs/pipe-max-size), unless root has widened it. */
const pipeBytes = 1024 * 1024;

/**
 * What the steps of one job print to, one after another, stdout and stderr alike: their order is that in which they were
 * written. It is a named pipe whose name is gone, as on the sockets that Node's own pipes are `> /dev/stderr` does not work.
 */
export type OutputPipe = {
  /** A descriptor for one step, of its own: what a step does to it, as making it non-blocking, ends with the step. */
  openEnd(): number;
  /**
   * Hands on what is read until `ended` and everything that was written before that was taken. Rejects then with what the
   * sink threw, after `onFailed` was told of it at once. What is written later waits for the next call.
   */
  follow(sink: OutputSink, options: { ended: Promise<unknown>; onFailed: () => void }): Promise<void>;
  /** Ends a `follow` as well. Idempotent. */
  close(): void;
};

/** `path` is where the pipe has its name for a moment. */
export async function openOutputPipe(path: string): Promise<OutputPipe> {
  await run('mkfifo', ['-m', '600', path]);
  // Without O_NONBLOCK each open would wait for the other one.
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  // Held as long as the pipe: between two steps nobody else may, and a pipe without writers has ended.
  const writeEnd = openSync(path, constants.O_WRONLY);
  await rm(path, { force: true });
  const socket = new Socket({ fd: readEnd, readable: true, writable: false });
  let wake = () => {};
  let closed = false;
  socket.on('readable', () => wake());
  socket.on('error', () => {});

  async function follow(
    sink: OutputSink,
    { ended, onFailed }: { ended: Promise<unknown>; onFailed: () => void },
  ): Promise<void> {
    let hasEnded = false;
    let failed: { error: unknown } | undefined;
    const end = () => {
      hasEnded = true;
      wake();
    };
    ended.then(end, end);
    const take = async (chunk: Uint8Array) => {
      if (failed) return;
      try {
        await sink(chunk);
      } catch (error) {
        failed = { error };
        onFailed();
      }
    };
    while (!hasEnded && !closed) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const chunk: Buffer | null = socket.read();
      if (chunk) await take(chunk);
      else if (!hasEnded) await woken;
    }
    // What stays in the background may go on printing for ever: no more is read than the pipe could hold at the end.
    for (let leftBytes = pipeBytes; leftBytes > 0 && !closed; ) {
      const chunk: Uint8Array | null = socket.read() ?? readNow(readEnd);
      if (!chunk) break;
      leftBytes -= chunk.length;
      await take(chunk);
    }
    if (failed) throw failed.error;
  }

  return {
    openEnd: () => openSync(`/proc/self/fd/${writeEnd}`, constants.O_WRONLY),
    follow,
    close() {
      if (closed) return;
      closed = true;
      closeSync(writeEnd);
      socket.destroy();
      wake();
    },
  };
}

/** Nothing when there is nothing to read now. */
function readNow(descriptor: number): Uint8Array | null {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  try {
    const sizeBytes = readSync(descriptor, buffer);
    return sizeBytes === 0 ? null : buffer.subarray(0, sizeBytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return null;
    throw error;
  }
}
