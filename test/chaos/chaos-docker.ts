import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dockerClient, engineAnswers } from '../support/docker-client.ts';
import { findProgram } from '../support/find-program.ts';
import { type GuardedProcess, startGuardedProcess } from '../support/guarded-process.ts';
import { waitUntil } from '../support/wait-until.ts';
import { importSmallImage } from './import-small-image.ts';

const run = promisify(execFile);
const bridgeScript = fileURLToPath(new URL('../support/docker-bridge.sh', import.meta.url));
const startMs = 60_000;
const mostStarts = 4;
/** An engine makes its data root a mount point, and one that was killed leaves it so. */
const tidyUp = 'sh "$1" remove "$2" "$3"; while umount --lazy "$4" 2>/dev/null; do :; done';

/** A Docker engine of the suite's own that can be killed and suspended. Its bridge, and so its address, outlive it. */
export type ChaosDocker = {
  readonly dockerHost: string;
  /** Of this host, as its containers reach it. */
  readonly hostAddress: string;
  /** Of the image that jobs run in. */
  readonly image: string;
  kill(): Promise<void>;
  /** After `kill`. */
  start(): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  close(): Promise<void>;
};

export async function startChaosDocker(): Promise<ChaosDocker> {
  const command = findProgram('dockerd');
  if (command === undefined) throw new Error('dockerd is not installed: run `sh test/setup/setup.sh docker`');
  const directory = await mkdtemp(join(tmpdir(), 'hl-docker-'));
  const below = (name: string) => join(directory, name);
  await mkdir(below('data'), { mode: 0o711 });
  const dockerHost = `unix://${below('docker.sock')}`;
  // Interface names end at 15 characters.
  const bridge = `hookline${randomBytes(3).toString('hex')}`;
  await run('sh', [bridgeScript, 'add', bridge]);
  // Whatever ends this program, the guard's last act is to take the bridge away.
  const guard = await startGuardedProcess({
    ...{ command: 'sleep', args: ['infinity'], logFile: '/dev/null', graceMs: 1_000 },
    afterwards: ['sh', '-c', tidyUp, 'sh', bridgeScript, bridge, below('exec'), below('data')],
  });

  async function startOnce(): Promise<GuardedProcess> {
    const logFile = below('dockerd.log');
    const started = await startGuardedProcess({
      ...{ command: command ?? '', logFile, graceMs: 25_000 },
      args: [
        ...['--host', dockerHost, '--data-root', below('data'), '--exec-root', below('exec')],
        ...['--pidfile', below('dockerd.pid'), '--bridge', bridge, '--shutdown-timeout', '3'],
      ],
    });
    await waitUntil(() => engineAnswers(dockerHost), {
      ...{ what: 'dockerd to answer', timeoutMs: startMs, unless: started.ended, logFile },
    });
    return started;
  }

  /** Engines of one machine share its firewall, and one that starts may take away what another is about to use. */
  async function start(): Promise<GuardedProcess> {
    for (let left = mostStarts - 1; ; left -= 1) {
      try {
        return await startOnce();
      } catch (error) {
        if (left === 0) throw error;
      }
    }
  }

  let dockerd: GuardedProcess | undefined;
  const close = async () => {
    if (dockerd) await sweep(dockerHost).catch(() => {});
    await dockerd?.close();
    await guard.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    dockerd = await start();
    const image = await importSmallImage(dockerHost);
    const hostAddress = await addressOf(bridge);
    return {
      ...{ dockerHost, hostAddress, image, close },
      async kill() {
        if (dockerd) process.kill(dockerd.pid, 'SIGKILL');
        await dockerd?.ended;
        await dockerd?.close();
        dockerd = undefined;
        await killContainerd(below('exec/containerd/containerd.pid'));
        await rm(below('dockerd.pid'), { force: true });
      },
      async start() {
        dockerd ??= await start();
      },
      signal(signal) {
        if (dockerd) process.kill(dockerd.pid, signal);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The kernel kills it with its dockerd. Where nobody takes notice of its end, its process id stays, and the next dockerd
 * would wait for it in vain.
 */
async function killContainerd(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
  await rm(pidFile, { force: true });
}

async function addressOf(bridge: string): Promise<string> {
  const { stdout } = await run('ip', ['-4', '-oneline', 'address', 'show', 'dev', bridge]);
  const address = /\binet ([\d.]+)\//.exec(stdout)?.[1];
  if (address === undefined) throw new Error(`the bridge ${bridge} has no address: ${stdout}`);
  return address;
}

/** Containers that are still there would only make the stop slow. */
async function sweep(dockerHost: string): Promise<void> {
  const docker = dockerClient(dockerHost);
  const containers = await docker.listContainers({ all: true });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
}
