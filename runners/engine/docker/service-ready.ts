import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import type { ServiceSpec } from '../engine.ts';
import { callDaemon } from './daemon.ts';
import { isInitOf } from './init-process.ts';

const INSPECT_TIMEOUT_MS = 10_000;
/** One try of a check; a check that hangs is tried again. */
const CHECK_TIMEOUT_MS = 10_000;

export type Readiness = 'ready' | 'waiting' | { failed: string };

/** One look at a service that was started. */
export async function isReady(
  container: Docker.Container,
  spec: Pick<ServiceSpec, 'ready' | 'port'>,
  signal: AbortSignal,
): Promise<Readiness> {
  const { State, Config } = await callDaemon(
    'inspect service',
    { timeoutMs: INSPECT_TIMEOUT_MS, signal },
    (abortSignal) => container.inspect({ abortSignal }),
  );
  if (State.OOMKilled) return { failed: 'ran out of memory' };
  if (!State.Running) return { failed: `ended with exit code ${State.ExitCode}` };
  if (spec.ready !== undefined) {
    const { exitCode } = await run(container, ['/bin/sh', '-c', spec.ready], signal);
    return exitCode === 0 ? 'ready' : 'waiting';
  }
  const health = State.Health?.Status;
  if (health === 'healthy') return 'ready';
  if (health === 'unhealthy') return { failed: 'says by its health check that it is not healthy' };
  if (health === 'starting') return 'waiting';
  const port = spec.port ?? firstTcpPort(Config.ExposedPorts);
  if (port === undefined) return 'ready';
  return listensOn(port, await socketsOf(container, State.Pid, signal)) ? 'ready' : 'waiting';
}

export function firstTcpPort(exposed: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const ports = Object.keys(exposed ?? {}).flatMap((port) => /^(\d+)(?:\/tcp)?$/.exec(port)?.[1] ?? []);
  return ports.map(Number).toSorted((a, b) => a - b)[0];
}

/**
 * Whether the text of /proc/net/tcp or tcp6 has a listening socket (state 0A, proc(5)) on the port that others than the
 * service itself can reach: not on a loopback address.
 */
export function listensOn(port: number, sockets: string): boolean {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return sockets.split('\n').some((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/);
    const [address = '', at] = local.split(':');
    return state === '0A' && at === hexPort && !isLoopback(address);
  });
}

/** 127.0.0.0/8 as the kernel writes it on a little-endian machine, and ::1. */
function isLoopback(address: string): boolean {
  return (address.length === 8 && address.endsWith('7F')) || /^0{24}01000000$/.test(address);
}

/** Read from this machine where it is the engine's; else in the container, which needs a `cat` for that. */
async function socketsOf(container: Docker.Container, pid: number, signal: AbortSignal): Promise<string> {
  const files = ['tcp', 'tcp6'];
  if (await isInitOf(container.id, pid)) {
    const read = files.map((file) => readFile(`/proc/${pid}/net/${file}`, 'utf8').catch(() => ''));
    return (await Promise.all(read)).join('\n');
  }
  return (await run(container, ['cat', ...files.map((file) => `/proc/net/${file}`)], signal)).output;
}

async function run(container: Docker.Container, command: string[], signal: AbortSignal) {
  try {
    return await callDaemon('check service', { timeoutMs: CHECK_TIMEOUT_MS, signal }, async (abortSignal) => {
      const exec = await container.exec({ Cmd: command, AttachStdout: true, abortSignal });
      const output = await text(await exec.start({ abortSignal }));
      const { ExitCode } = await exec.inspect({ abortSignal });
      return { exitCode: ExitCode, output };
    });
  } catch {
    signal.throwIfAborted();
    // An engine that is gone is found by the next look; a command that hangs or cannot be started is tried again.
    return { exitCode: null, output: '' };
  }
}
