import { checkStep } from '../check-step.ts';
import type { ContainerSpec, OutputSink, Step, StepEnd } from '../engine.ts';
import { createMarkFinder } from './find-mark.ts';
import { createRecordReader, type StepRecord } from './read-record.ts';
import type { Frame } from './split-frames.ts';
import { DRIVER_PROLOGUE, endMark, stepProgram } from './step-program.ts';

export type Died = Extract<StepEnd, { type: 'died' }>;

/** The conversation with one driver shell: one step after another, until the frames end or `stop` is called. */
export type StepSession = {
  run(step: Step, options: { output: OutputSink; kill: () => void; signal?: AbortSignal }): Promise<StepEnd>;
  readonly running: boolean;
  /** Whether a step may still be run. */
  readonly alive: boolean;
  /** Most memory at one time, as of the end of the last step; 0 where the kernel does not tell. */
  readonly peakMemoryBytes: number;
  /** Ends the running step, and every later one, with this. */
  stop(end: Died): void;
};

type Current = {
  output: OutputSink;
  kill: () => void;
  /** Taken away once the mark was seen: what comes until the record is there is output like any other. */
  findMark: ReturnType<typeof createMarkFinder> | undefined;
  readRecord: ReturnType<typeof createRecordReader>;
  record: StepRecord | undefined;
  outputError: { error: unknown } | undefined;
  settle: { resolve: (end: StepEnd) => void; reject: (error: unknown) => void };
};

/**
 * A step has ended when both its mark (in the output) and its record (beside it) have come, in either order:
 * the engine copies the two streams independently of each other.
 *
 * Between steps, output is left unread: what a step left in the background may fill the pipe and wait there. Reading stops
 * at the first such chunk and goes on when the next step asks for output.
 */
export function createStepSession(options: {
  frames: AsyncIterable<Frame>;
  send: (program: string) => void;
  job: Pick<ContainerSpec, 'workspacePath' | 'memoryBytes'>;
  newToken: () => string;
  /** Asked once, when the frames have ended or failed: what became of the container. */
  diagnose: (error: unknown) => Promise<Died>;
}): StepSession {
  const { job } = options;
  let current: Current | undefined;
  let died: Died | undefined;
  let greeted = false;
  let ended = false;
  let oomKills = 0;
  let peakMemoryBytes = 0;
  let wakeReader: (() => void) | undefined;

  void read().then(
    () => framesEnded(undefined),
    (error: unknown) => framesEnded(error),
  );

  async function framesEnded(error: unknown): Promise<void> {
    ended = true;
    if (!died) stop(await options.diagnose(error));
  }

  async function read(): Promise<void> {
    for await (const frame of options.frames) {
      if (died) return;
      if (frame.channel === 'output') await takeOutput(frame.bytes);
      else takeRecord(frame.bytes);
    }
  }

  async function takeOutput(frameBytes: Uint8Array): Promise<void> {
    let bytes = frameBytes;
    while (bytes.length > 0) {
      if (!current) await nextStep();
      if (!current) return;
      const step: Current = current;
      if (!step.findMark) return handOn(step, bytes);
      const { before, found, after } = step.findMark(bytes);
      for (const part of before) {
        const handed = handOn(step, part);
        if (handed) await handed;
      }
      if (found) {
        step.findMark = undefined;
        endIfComplete(step);
      }
      bytes = after;
    }
  }

  /** Synchronous when the sink is: a promise for every chunk would cost more than the chunk. */
  function handOn(step: Current, bytes: Uint8Array): Promise<void> | undefined {
    if (step.outputError) return undefined;
    const failed = (error: unknown) => {
      step.outputError = { error };
      step.kill();
    };
    try {
      return step.output(bytes)?.catch(failed);
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  function takeRecord(bytes: Uint8Array): void {
    if (!current || current.record) return;
    current.record = current.readRecord(bytes);
    endIfComplete(current);
  }

  function endIfComplete(step: Current): void {
    if (step.findMark || !step.record || current !== step) return;
    const { code } = step.record;
    const memoryRanOut = step.record.oomKills > oomKills;
    oomKills = step.record.oomKills;
    peakMemoryBytes = step.record.peakBytes;
    finish(step, {
      type: 'exited',
      code,
      ...(memoryRanOut && { oom: memoryMessage(job.memoryBytes, peakMemoryBytes) }),
    });
  }

  function finish(step: Current, end: StepEnd): void {
    current = undefined;
    if (step.outputError) step.settle.reject(step.outputError.error);
    else step.settle.resolve(end);
  }

  function nextStep(): Promise<void> {
    if (died) return Promise.resolve();
    return new Promise((resolve) => {
      wakeReader = resolve;
    });
  }

  function stop(end: Died): void {
    died ??= end;
    if (current) finish(current, died);
    wakeReader?.();
  }

  async function run(
    step: Step,
    { output, kill, signal }: { output: OutputSink; kill: () => void; signal?: AbortSignal },
  ): Promise<StepEnd> {
    checkStep(step);
    signal?.throwIfAborted();
    if (died) return died;
    if (current) throw new Error('a step is already running in this container');
    const token = options.newToken();
    const end = new Promise<StepEnd>((resolve, reject) => {
      current = {
        output,
        kill,
        findMark: createMarkFinder(Buffer.from(endMark(token))),
        readRecord: createRecordReader(endMark(token)),
        record: undefined,
        outputError: undefined,
        settle: { resolve, reject },
      };
    });
    options.send((greeted ? '' : DRIVER_PROLOGUE) + stepProgram(step, job.workspacePath, token));
    greeted = true;
    wakeReader?.();
    wakeReader = undefined;
    signal?.addEventListener('abort', kill, { once: true });
    try {
      return await end;
    } finally {
      signal?.removeEventListener('abort', kill);
    }
  }

  return {
    run,
    stop,
    get running() {
      return current !== undefined;
    },
    get peakMemoryBytes() {
      return peakMemoryBytes;
    },
    get alive() {
      return !ended && !died;
    },
  };
}

/** Without a peak where nobody could ask the kernel any more. */
export function memoryMessage(memoryBytes: number, peakBytes = 0): string {
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  const peak = peakBytes === 0 ? '' : ` (at its peak it used ${mib(peakBytes)})`;
  return `killed by signal 9: the job's memory limit of ${mib(memoryBytes)} was reached${peak}`;
}
