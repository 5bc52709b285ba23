import { parentPort, workerData } from 'node:worker_threads';
import { ArtifactRefusal, type ArtifactRefusalCode } from './artifact-refusal.ts';
import { runZipTask, type ZipTask, type ZipTaskResult } from './run-zip-task.ts';

/** A refusal loses its class on the way between threads, so its code travels beside it. */
export type ZipWorkerReply =
  | { id: number; result: ZipTaskResult }
  | { id: number; error: unknown; refusal?: { code: ArtifactRefusalCode; message: string } };

const { level } = workerData as { level: number };

parentPort?.on('message', ({ id, task }: { id: number; task: ZipTask }) => {
  try {
    const result = runZipTask(task, level);
    parentPort?.postMessage({ id, result } satisfies ZipWorkerReply, [result.bytes.buffer]);
  } catch (error) {
    const refusal =
      error instanceof ArtifactRefusal ? { refusal: { code: error.code, message: error.message } } : {};
    parentPort?.postMessage({ id, error, ...refusal } satisfies ZipWorkerReply);
  }
});
