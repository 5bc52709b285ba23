import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { messageOf } from '../../../src/errors.ts';
import { checkStep } from '../check-step.ts';
import { EngineRefusal, type JobContainer, type StepEnd } from '../engine.ts';
import { endMarked, signalGroup, signalMarked } from './end-marked.ts';
import type { OutputPipe } from './output-pipe.ts';
import { type StepSurroundings, stepArguments, stepEnvironment } from './step-command.ts';

type Died = Extract<StepEnd, { type: 'died' }>;

export type ProcessContainer = JobContainer & {
  readonly surroundings: StepSurroundings;
  /** Closes it because of somebody who did not open it: a step that was running ends as this says. */
  closeFor(message: string): Promise<void>;
};

/** A room whose steps are processes of this machine, each in a session and process group of its own. */
export function createProcessContainer(options: {
  surroundings: StepSurroundings;
  output: OutputPipe;
  /** Bytes on disk of what it has beside its workspace. */
  sizeBytes: () => Promise<number>;
  /** Takes its directory away when no process is left. */
  remove: () => Promise<void>;
  onClosed: () => void;
}): ProcessContainer {
  const { surroundings, output } = options;
  const { mark } = surroundings;
  const { promise: gone, resolve: die } = Promise.withResolvers<Died>();
  let died: Died | undefined;
  let running: ChildProcess | undefined;
  let isTaken = false;
  let stopping: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  /** Kills on their way: none may reach a step that was not meant. */
  const kills = new Set<Promise<void>>();

  async function run(
    step: Parameters<JobContainer['run']>[0],
    { output: sink, signal }: Parameters<JobContainer['run']>[1],
  ): Promise<StepEnd> {
    checkStep(step);
    signal?.throwIfAborted();
    if (isTaken) throw new Error('a step is already running in this container');
    isTaken = true;
    const kill = () => void interrupt('KILL');
    try {
      await Promise.allSettled(kills);
      signal?.throwIfAborted();
      if (died) return died;
      const { child, ended } = start(step, surroundings, output);
      running = child;
      signal?.addEventListener('abort', kill, { once: true });
      const followed = output.follow(sink, { ended, onFailed: kill });
      followed.catch(() => {});
      return await Promise.race([gone, ended.then((end) => followed.then(() => died ?? end))]);
    } finally {
      signal?.removeEventListener('abort', kill);
      running = undefined;
      isTaken = false;
    }
  }

  /** Its whole group, as long as the leader is there and the number cannot be anybody else's. */
  function signalStep(signal: NodeJS.Signals): void {
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
    signalGroup(running.pid, signal);
  }

  async function interrupt(signal: 'TERM' | 'KILL'): Promise<void> {
    if (!running || died) return;
    signalStep(`SIG${signal}`);
    if (signal === 'TERM') return signalMarked(mark, 'SIGTERM', running.pid ?? 0);
    // Who cannot be killed is told of when the container is stopped.
    const killed = endMarked((each) => each === mark).catch(() => {});
    kills.add(killed);
    await killed.finally(() => kills.delete(killed));
  }

  async function end(message: string): Promise<void> {
    died ??= { type: 'died', reason: 'killed', message };
    die(died);
    signalStep('SIGKILL');
    await endMarked((each) => each === mark);
  }

  function stop(message: string): Promise<void> {
    stopping ??= end(message);
    return stopping;
  }

  async function closeNow(message: string): Promise<void> {
    try {
      await stop(message);
      await options.remove();
    } finally {
      output.close();
      options.onClosed();
    }
  }

  function closeFor(message: string): Promise<void> {
    closing ??= closeNow(message);
    return closing;
  }

  return {
    id: mark,
    surroundings,
    get alive() {
      return died === undefined;
    },
    // What processes used that have ended is known to their parents alone.
    usage: async () => undefined,
    layerBytes: () => options.sizeBytes().catch(() => 0),
    rename: async () => {},
    run,
    interrupt,
    stop: () => stop('the container was closed'),
    closeFor,
    close: () => closeFor('the container was closed'),
  };
}

function start(
  step: Parameters<JobContainer['run']>[0],
  surroundings: StepSurroundings,
  output: OutputPipe,
): { child: ChildProcess; ended: Promise<StepEnd> } {
  const descriptor = output.openEnd();
  const { promise: ended, resolve, reject } = Promise.withResolvers<StepEnd>();
  try {
    const child = spawn('/bin/sh', stepArguments(step, surroundings), {
      // The launcher goes to the workspace: should that be missing, it says so in the output.
      cwd: '/',
      env: stepEnvironment(step.env, surroundings),
      stdio: ['ignore', descriptor, descriptor],
      detached: true,
    });
    child.once('error', (error) => reject(notStarted(error)));
    child.once('exit', (code, signal) => {
      resolve({ type: 'exited', code: signal === null ? (code ?? 0) : 128 + constants.signals[signal] });
    });
    return { child, ended };
  } catch (error) {
    throw notStarted(error);
  } finally {
    closeSync(descriptor);
  }
}

function notStarted(error: unknown): EngineRefusal {
  if (error instanceof Error && 'code' in error && error.code === 'E2BIG') {
    return new EngineRefusal(
      'step-invalid',
      'the script and the variables of the step are more than Linux gives one program: put something in a file',
    );
  }
  return new EngineRefusal('engine-failed', `the step could not be started: ${messageOf(error)}`);
}
