import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineAnswers } from './docker-client.ts';
import { startPrivateDockerd } from './private-dockerd.ts';

/** A Docker engine that tests and the demo may use. */
export interface DockerEngine {
  /** As `DOCKER_HOST` takes it. */
  readonly dockerHost: string;
  /** The engine's unix socket, or undefined for an engine that is reached by another way. */
  readonly socketPath: string | undefined;
  /** Whether this call started the engine. One that was there before is never stopped. */
  readonly started: boolean;
  close(): Promise<void>;
}

export interface DockerEngineOptions {
  /** Takes the private engine's socket, log and state; short, since socket paths end at 108 characters. */
  directory: string;
  /** Gets one line per thing that takes time. */
  say?: (line: string) => void;
}

/**
 * An engine that is there already, else a private `dockerd`: own socket, own bridge, own images, gone with
 * the program that started it. Its images stay in the user's cache directory for the next time.
 */
export async function startDockerEngine(options: DockerEngineOptions): Promise<DockerEngine> {
  const say = options.say ?? (() => {});
  for (const dockerHost of knownEngines()) {
    if (await engineAnswers(dockerHost)) {
      return { dockerHost, socketPath: socketPathOf(dockerHost), started: false, close: async () => {} };
    }
  }
  refuseWithoutRoot();
  say('starting a private Docker engine');
  const dockerd = await startOverFreeDataRoot(options.directory, say);
  return { ...dockerd, started: true };
}

function knownEngines(): string[] {
  const { DOCKER_HOST, XDG_RUNTIME_DIR } = process.env;
  const sockets = [
    '/var/run/docker.sock',
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'docker.sock')] : []),
    join(homedir(), '.docker/run/docker.sock'),
  ];
  return [
    ...(DOCKER_HOST ? [DOCKER_HOST] : []),
    ...sockets.filter((path) => existsSync(path)).map((path) => `unix://${path}`),
  ];
}

function socketPathOf(dockerHost: string): string | undefined {
  return dockerHost.startsWith('unix://') ? dockerHost.slice('unix://'.length) : undefined;
}

function refuseWithoutRoot(): void {
  if (process.getuid?.() === 0 && process.platform === 'linux') return;
  throw new Error(
    'no Docker engine answers at DOCKER_HOST, /var/run/docker.sock or the rootless sockets, and only root on Linux ' +
      'can start a private one: start Docker (`sudo systemctl start docker`, Docker Desktop, ...) and make sure ' +
      'that `docker info` works for this user, or set DOCKER_HOST',
  );
}

/**
 * Images are kept from run to run, but two engines must never share a data root: while another run holds
 * the kept one, this one works in a temporary one and makes its images again.
 */
async function startOverFreeDataRoot(directory: string, say: (line: string) => void) {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const kept = await startPrivateDockerd({ directory, dataRoot: join(cache, 'hookline/docker') });
  if (kept !== 'data-root-in-use') return kept;

  say('another run uses the kept images; this one starts without any');
  const scratch = await mkdtemp(join(tmpdir(), 'hookline-docker-'));
  const dataRoot = join(scratch, 'data');
  const dockerd = await startPrivateDockerd({ directory, dataRoot });
  if (dockerd === 'data-root-in-use') throw new Error(`the new directory ${dataRoot} is in use already`);
  return {
    ...dockerd,
    async close() {
      await dockerd.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
