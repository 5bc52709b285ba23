import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { messageOf } from '../../../src/errors.ts';
import { EngineRefusal, type Service, type ServiceSpec } from '../engine.ts';
import { containerName } from './container-options.ts';
import { callDaemon, isUnreachable, scrub } from './daemon.ts';
import { removeContainer } from './job-container.ts';
import { serviceOptions } from './service-options.ts';
import { isReady } from './service-ready.ts';
import { createFrameSplitter } from './split-frames.ts';
import { unreachable } from './unreachable.ts';

const CALL_TIMEOUT_MS = 60_000;
const LOG_TIMEOUT_MS = 10_000;
const FIRST_POLL_MS = 25;
const LAST_POLL_MS = 500;
const SHOWN_LINES = 20;

type Options = { address: string; signal: AbortSignal; nameSuffix: string; onClosed: () => void };

/** Creates and starts a service and waits until it is ready; when it is not, nothing of it is left. */
export async function openService(docker: Docker, spec: ServiceSpec, options: Options): Promise<Service> {
  const { address, signal, nameSuffix, onClosed } = options;
  signal.throwIfAborted();
  const name = containerName(`${spec.roomId}-${spec.name}`, nameSuffix);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= removeContainer(docker, name)
      .catch((error: unknown) => {
        throw isUnreachable(error) ? unreachable(address, error) : error;
      })
      .finally(onClosed);
    return closing;
  };
  try {
    const container = await callDaemon('create service', { timeoutMs: CALL_TIMEOUT_MS }, (abortSignal) =>
      docker.createContainer({ ...serviceOptions(spec), name, abortSignal }),
    );
    signal.throwIfAborted();
    await callDaemon('start service', { timeoutMs: CALL_TIMEOUT_MS }, (abortSignal) =>
      container.start({ abortSignal }),
    );
    await waitUntilReady(container, spec, signal);
    return { close };
  } catch (error) {
    await close().catch(() => {});
    signal.throwIfAborted();
    throw refusalOf(error, spec, address);
  }
}

async function waitUntilReady(container: Docker.Container, spec: ServiceSpec, signal: AbortSignal) {
  const deadlineMs = performance.now() + spec.timeoutMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LAST_POLL_MS, pollMs * 1.5)) {
    const found = await isReady(container, spec, signal);
    if (found === 'ready') return;
    const isLate = performance.now() > deadlineMs;
    if (isLate || found !== 'waiting') {
      const why = found === 'waiting' ? `was not ready after ${spec.timeoutMs / 1_000} s` : found.failed;
      const said = await lastLines(container);
      const log = said === '' ? 'It printed nothing.' : `It printed:\n${said}`;
      throw new EngineRefusal('service-not-ready', `the service ${spec.name} ${why}. ${log}`);
    }
    await delay(pollMs, undefined, { signal });
  }
}

/** The end of what the service printed. Nothing when the engine cannot say. */
async function lastLines(container: Docker.Container): Promise<string> {
  try {
    const framed = await callDaemon('read log', { timeoutMs: LOG_TIMEOUT_MS }, (abortSignal) =>
      container.logs({ stdout: true, stderr: true, tail: SHOWN_LINES, follow: false, abortSignal }),
    );
    const frames = [...createFrameSplitter()(framed)].map(({ bytes }) => bytes);
    return Buffer.concat(frames).toString('utf8').trimEnd().slice(-4_000);
  } catch {
    return '';
  }
}

function refusalOf(error: unknown, spec: ServiceSpec, address: string): unknown {
  if (error instanceof EngineRefusal) return error;
  if (isUnreachable(error)) return unreachable(address, error);
  const message = `the container engine refused the service ${spec.name}: ${scrub(messageOf(error))}`;
  return new EngineRefusal('container-refused', message, { cause: error });
}
