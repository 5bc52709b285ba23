import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dockerClient, engineAnswers } from './docker-client.ts';
import { findProgram } from './find-program.ts';
import { startGuardedProcess } from './guarded-process.ts';
import { waitUntil } from './wait-until.ts';

const run = promisify(execFile);
const bridgeScript = fileURLToPath(new URL('./docker-bridge.sh', import.meta.url));

/** What flock(1) answers when another process holds the lock; no exit code of dockerd's. */
const lockHeld = 75;

export interface PrivateDockerd {
  dockerHost: string;
  socketPath: string;
  close(): Promise<void>;
}

/**
 * Starts `dockerd` with everything of its own, so that it meets no other engine of the machine: socket,
 * state, network bridge, and a data root that is locked for as long as the engine (or its containerd) lives.
 */
export async function startPrivateDockerd(paths: {
  directory: string;
  dataRoot: string;
}): Promise<PrivateDockerd | 'data-root-in-use'> {
  const command = findProgram('dockerd');
  if (command === undefined) throw new Error('dockerd is not installed: run `sh test/setup/setup.sh docker`');
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  await mkdir(paths.dataRoot, { recursive: true, mode: 0o711 });

  const socketPath = join(paths.directory, 'docker.sock');
  const dockerHost = `unix://${socketPath}`;
  const logFile = join(paths.directory, 'dockerd.log');
  const execRoot = join(paths.directory, 'exec');
  // Interface names end at 15 characters.
  const bridge = `hookline${randomBytes(3).toString('hex')}`;
  await run('sh', [bridgeScript, 'add', bridge]);
  const dockerd = await startGuardedProcess({
    command: 'flock',
    args: [
      ...['--no-fork', '--nonblock', '--conflict-exit-code', String(lockHeld), `${paths.dataRoot}.lock`],
      command,
      ...['--host', dockerHost],
      ...['--data-root', paths.dataRoot],
      ...['--exec-root', execRoot],
      ...['--pidfile', join(paths.directory, 'dockerd.pid')],
      ...['--bridge', bridge],
      ...['--shutdown-timeout', '3'],
    ],
    logFile,
    // Containers that ignore SIGTERM take 10 s of it.
    graceMs: 25_000,
    afterwards: ['sh', bridgeScript, 'remove', bridge, execRoot],
  });

  try {
    await waitUntil(() => engineAnswers(dockerHost), {
      what: 'dockerd to answer',
      timeoutMs: 60_000,
      unless: dockerd.ended,
      logFile,
    });
  } catch (error) {
    await dockerd.close();
    if ((await dockerd.ended).code === lockHeld) return 'data-root-in-use';
    throw error;
  }
  await sweep(dockerHost);
  return {
    dockerHost,
    socketPath,
    async close() {
      // Containers that are still there would only make the stop slow; the engine may also be dead already.
      await sweep(dockerHost).catch(() => {});
      await dockerd.close();
    },
  };
}

/** Removes what earlier users of the data root left: containers and networks. Images and volumes stay. */
async function sweep(dockerHost: string): Promise<void> {
  const docker = dockerClient(dockerHost);
  const containers = await docker.listContainers({ all: true });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  await docker.pruneNetworks();
}
