import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Frame } from '../../../runners/engine/docker/split-frames.ts';
import { createStepSession, type StepSession } from '../../../runners/engine/docker/step-session.ts';

/**
 * The driver without Docker: the same session over a shell that is a plain child of this process. `command` is
 * what the container would run as its process 1. `kill` ends everything in the child's process group.
 */
export function startLocalDriver(options: {
  command: string[];
  workspacePath: string;
}): StepSession & { pid: number; kill(): void; close(): Promise<void> } {
  const [file = 'sh', ...args] = options.command;
  const child = spawn(file, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin.on('error', () => {});
  const session = createStepSession({
    frames: merge(child.stdout, child.stderr),
    send: (program) => child.stdin.write(program),
    job: { workspacePath: options.workspacePath, memoryBytes: 2 ** 29 },
    newToken: () => randomBytes(16).toString('hex'),
    diagnose: async () => ({ type: 'died', reason: 'lost', message: 'the driver has ended' }),
  });
  const pid = child.pid ?? -1;
  const kill = () => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The group has ended.
    }
  };
  return {
    run: session.run,
    stop: session.stop,
    get running() {
      return session.running;
    },
    get peakMemoryBytes() {
      return session.peakMemoryBytes;
    },
    get alive() {
      return session.alive;
    },
    pid,
    kill,
    async close() {
      kill();
      await exited;
    },
  };
}

/**
 * The two streams as frames, each with its own backpressure, as the engine copies them. Whoever comes first wakes
 * the reader; `Promise.race` over a stream that stays silent would keep every chunk of the other one in memory.
 */
async function* merge(stdout: Readable, stderr: Readable): AsyncGenerator<Frame> {
  const sources = [
    { channel: 'output' as const, stream: stdout },
    { channel: 'record' as const, stream: stderr },
  ];
  let wake = () => {};
  let open = sources.length;
  for (const { stream } of sources) {
    stream.on('readable', () => wake());
    stream.once('close', () => {
      open -= 1;
      wake();
    });
  }
  while (true) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    let read = 0;
    for (const { channel, stream } of sources) {
      const bytes: Buffer | null = stream.read();
      if (!bytes) continue;
      read += 1;
      yield { channel, bytes };
    }
    if (read > 0) continue;
    if (open === 0) return;
    await woken;
  }
}
