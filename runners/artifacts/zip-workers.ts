import { Worker } from 'node:worker_threads';
import { ArtifactRefusal } from './artifact-refusal.ts';
import { runZipTask, type ZipTask, type ZipTaskResult } from './run-zip-task.ts';
import type { ZipWorkerReply } from './zip-worker.ts';

/** Who carries out tasks. `run` may be called again before it has answered, up to `atOnce` times. */
export interface ZipWorkers {
  readonly atOnce: number;
  run(task: ZipTask): Promise<ZipTaskResult>;
  /** After it, no thread of the pool touches any descriptor. */
  close(): Promise<void>;
}

/** The calling thread itself: for a small zip, starting a worker takes longer than all the packing. */
export function runTasksHere(level: number): ZipWorkers {
  return { atOnce: 1, run: async (task) => runZipTask(task, level), close: async () => {} };
}

/** Starts `count` threads. A thread that dies, and an abort, fail every task that is under way or comes later. */
export function startZipWorkers(count: number, level: number, signal?: AbortSignal): ZipWorkers {
  const waiting = new Map<number, PromiseWithResolvers<ZipTaskResult>>();
  let nextId = 0;
  let failure: unknown;
  let closing: Promise<void> | undefined;

  const fail = (error: unknown) => {
    failure ??= error;
    for (const task of waiting.values()) task.reject(failure);
    waiting.clear();
  };

  const onAbort = () => fail(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });

  const threads = Array.from({ length: count }, () => {
    const worker = new Worker(new URL('./zip-worker.ts', import.meta.url), {
      workerData: { level },
      // A packing thread keeps next to nothing on its heap; by default V8 lets it fill 48 MiB with what is dead.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
    const thread = { worker, busyWith: 0 };
    worker.on('message', (reply: ZipWorkerReply) => {
      thread.busyWith--;
      const task = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('result' in reply) task?.resolve(reply.result);
      else task?.reject(reply.refusal ? asRefusal(reply.refusal) : reply.error);
    });
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('a zip worker ended before its work was done')));
    return thread;
  });

  return {
    // A task or two in hand for each thread, so that none waits for the reader of the stream.
    atOnce: 3 * count,
    run(task) {
      if (failure !== undefined) return Promise.reject(failure);
      const reply = Promise.withResolvers<ZipTaskResult>();
      const id = nextId++;
      const thread = threads.reduce((a, b) => (b.busyWith < a.busyWith ? b : a));
      waiting.set(id, reply);
      thread.busyWith++;
      thread.worker.postMessage({ id, task });
      return reply.promise;
    },
    close() {
      signal?.removeEventListener('abort', onAbort);
      closing ??= Promise.all(threads.map(({ worker }) => worker.terminate())).then(() => undefined);
      return closing;
    },
  };
}

function asRefusal({ code, message }: { code: ArtifactRefusal['code']; message: string }): ArtifactRefusal {
  return new ArtifactRefusal(code, message);
}
