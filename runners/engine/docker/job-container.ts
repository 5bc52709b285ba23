import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { messageOf } from '../../../src/errors.ts';
import type { ContainerSpec, JobContainer } from '../engine.ts';
import { containerName } from './container-options.ts';
import { readLayerBytes, readUsage } from './container-usage.ts';
import { callDaemon, isConflict, isGone, isUnreachable } from './daemon.ts';
import { isGoneWithin, isInitOf } from './init-process.ts';
import { createFrameSplitter, type Frame } from './split-frames.ts';
import { createStepSession, type Died, memoryMessage } from './step-session.ts';
import { unreachable } from './unreachable.ts';

const INSPECT_TIMEOUT_MS = 10_000;
const INTERRUPT_TIMEOUT_MS = 10_000;
const KILL_TIMEOUT_MS = 20_000;
const INIT_END_TIMEOUT_MS = 1_000;
const KILL_AGAIN_MS = 2_000;
const KILL_AGAIN_TIMES = 5;

/** A started container and its attach stream as the port's `JobContainer`. It owns both from here on. */
export function createJobContainer(options: {
  docker: Docker;
  container: Docker.Container;
  attached: NodeJS.ReadWriteStream & { destroy(): void };
  spec: ContainerSpec;
  address: string;
  newToken: () => string;
  onClosed: () => void;
}): JobContainer {
  const { docker, container, attached, spec } = options;
  let stopping: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  let stepNumber = 0;
  const interrupts = new Set<Promise<void>>();

  // The reader below sees an error of the connection too; a write that fails after it has ended must not throw.
  attached.on('error', () => {});
  const session = createStepSession({
    frames: framesOf(attached),
    send: (program) => attached.write(program),
    job: spec,
    newToken: options.newToken,
    diagnose,
  });

  /** Why the stream has ended. Never rejects: an engine that cannot say is an answer too. */
  async function diagnose(error: unknown): Promise<Died> {
    try {
      const { State } = await callDaemon(
        'inspect container',
        { timeoutMs: INSPECT_TIMEOUT_MS },
        (abortSignal) => container.inspect({ abortSignal }),
      );
      if (State.Running) {
        return died('lost', `the connection to the container broke${error ? `: ${messageOf(error)}` : ''}`);
      }
      if (State.OOMKilled) return died('oom', memoryMessage(spec.memoryBytes));
      if (State.ExitCode === 137) return died('killed', 'the container was killed from outside');
      return died(
        'killed',
        `the container's first process ended with code ${State.ExitCode}; it does so when it cannot start another process (the limit is ${spec.pids})`,
      );
    } catch (reason) {
      if (isGone(reason)) return died('killed', 'the container was removed from outside');
      return died('lost', 'the container engine stopped answering in the middle of the step');
    }
  }

  async function interrupt(signal: 'TERM' | 'KILL'): Promise<void> {
    if (!session.running || closing) return;
    const step = stepNumber;
    await send(signal);
    if (signal === 'KILL') void killAgain(step);
  }

  async function send(signal: 'TERM' | 'KILL'): Promise<void> {
    const sent = signalAll(signal);
    interrupts.add(sent);
    await sent.finally(() => interrupts.delete(sent));
  }

  /** A KILL that came in the moment before the driver had forked the step has missed it. */
  async function killAgain(step: number): Promise<void> {
    for (let time = 0; time < KILL_AGAIN_TIMES; time += 1) {
      await delay(KILL_AGAIN_MS, undefined, { ref: false });
      if (closing || !session.running || stepNumber !== step) return;
      await send('KILL');
    }
  }

  async function signalAll(signal: 'TERM' | 'KILL'): Promise<void> {
    try {
      await callDaemon('exec kill', { timeoutMs: INTERRUPT_TIMEOUT_MS }, async (abortSignal) => {
        // To -1 means every process but the sender and process 1. dash wants the -s and busybox the --.
        const command = ['/bin/sh', '-c', `kill -s ${signal} -- -1`];
        const exec = await container.exec({
          Cmd: command,
          AttachStdout: true,
          AttachStderr: true,
          abortSignal,
        });
        await drained(await exec.start({ abortSignal }));
        const { ExitCode } = await exec.inspect({ abortSignal });
        // 126 and up: the engine could not start the command, as with the process limit reached.
        if (ExitCode === null || ExitCode >= 126) throw new Error(`kill could not be started (${ExitCode})`);
      });
    } catch {
      if (signal === 'KILL') await killContainer();
    }
  }

  async function killContainer(): Promise<void> {
    try {
      await callDaemon('kill container', { timeoutMs: KILL_TIMEOUT_MS }, (abortSignal) =>
        container.kill({ abortSignal }),
      );
    } catch (error) {
      // Not running any more is what was wanted; an engine that does not answer will end no step.
      if (isUnreachable(error)) session.stop(died('lost', 'the container engine does not answer'));
    }
  }

  /**
   * Between two steps the end of its input ends the driver's shell, process 1, and with it all others. Where that
   * is not seen to happen the daemon does it: its kill returns when the container does not run any more.
   */
  async function stop(): Promise<void> {
    const isIdle = !session.running;
    session.stop(died('killed', 'the container was closed'));
    try {
      if (isIdle && (await endByInput())) return;
      await callDaemon('kill container', { timeoutMs: KILL_TIMEOUT_MS }, (abortSignal) =>
        container.kill({ abortSignal }),
      ).catch(waitForEnd);
    } catch (error) {
      if (isGone(error)) return;
      throw isUnreachable(error) ? unreachable(options.address, error) : error;
    }
  }

  async function endByInput(): Promise<boolean> {
    const { State } = await callDaemon(
      'inspect container',
      { timeoutMs: INSPECT_TIMEOUT_MS },
      (abortSignal) => container.inspect({ abortSignal }),
    );
    if (!State.Running) return true;
    const canBeSeen = await isInitOf(container.id, State.Pid);
    attached.end();
    return canBeSeen && (await isGoneWithin(INIT_END_TIMEOUT_MS, State.Pid));
  }

  /** A conflict says that it does not run any more, or that somebody is ending it already. */
  async function waitForEnd(error: unknown): Promise<void> {
    if (!isConflict(error)) throw error;
    await callDaemon('wait for end', { timeoutMs: KILL_TIMEOUT_MS }, (abortSignal) =>
      container.wait({ condition: 'not-running', abortSignal }),
    );
  }

  async function remove(): Promise<void> {
    session.stop(died('killed', 'the container was closed'));
    try {
      await removeContainer(docker, container.id);
    } catch (error) {
      throw isUnreachable(error) ? unreachable(options.address, error) : error;
    } finally {
      attached.destroy();
      options.onClosed();
    }
  }

  return {
    id: container.id,
    get alive() {
      return session.alive && !stopping && !closing;
    },
    usage: async () => (closing ? undefined : await readUsage(container, session.peakMemoryBytes)),
    layerBytes: async () => (closing ? 0 : await readLayerBytes(container)),
    async rename(name) {
      const unique = containerName(name, container.id.slice(0, 12));
      await callDaemon('rename container', { timeoutMs: INSPECT_TIMEOUT_MS }, (abortSignal) =>
        container.rename({ name: unique, abortSignal }),
      ).catch(() => {});
    },
    async run(step, { output, signal }) {
      // An interrupt still on its way to the step before must not hit this one.
      if (interrupts.size > 0) await Promise.allSettled(interrupts);
      stepNumber += 1;
      const kill = () => void interrupt('KILL');
      return session.run(step, { output, kill, ...(signal && { signal }) });
    },
    interrupt,
    stop() {
      stopping ??= stop();
      return stopping;
    },
    close() {
      closing ??= remove();
      return closing;
    },
  };
}

const REMOVE_TIMEOUT_MS = 30_000;
const REMOVE_TRIES = 3;
const REMOVE_RETRY_MS = 200;

/** Kills and removes a container with its anonymous volumes; by id or name. One that is gone already is fine. */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await removeOnce(docker.getContainer(id));
    } catch (error) {
      // Docker 20.10 may find that it cannot kill what has just ended, and leaves it to be removed by the next call.
      if (tries === REMOVE_TRIES || isUnreachable(error)) throw error;
      await delay(REMOVE_RETRY_MS * tries);
    }
  }
}

async function removeOnce(container: Docker.Container): Promise<void> {
  try {
    await callDaemon('remove container', { timeoutMs: REMOVE_TIMEOUT_MS }, (abortSignal) =>
      container.remove({ force: true, v: true, abortSignal }),
    );
  } catch (error) {
    if (isGone(error)) return;
    if (!isConflict(error)) throw error;
    // Somebody else is removing it (a sweep, an operator): done when they are.
    await callDaemon('wait for removal', { timeoutMs: REMOVE_TIMEOUT_MS }, (abortSignal) =>
      container.wait({ condition: 'removed', abortSignal }),
    ).catch((waitError: unknown) => {
      if (!isGone(waitError)) throw error;
    });
  }
}

async function* framesOf(attached: NodeJS.ReadableStream): AsyncGenerator<Frame> {
  const split = createFrameSplitter();
  for await (const chunk of attached) yield* split(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
}

async function drained(stream: NodeJS.ReadableStream): Promise<void> {
  for await (const _ of stream);
}

function died(reason: Died['reason'], message: string): Died {
  return { type: 'died', reason, message };
}
