import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ContainerInspectInfo } from 'dockerode';
import { dockerClient } from '../docker-client.ts';
import { findProgram } from '../find-program.ts';

const run = promisify(execFile);
const files = ['../../../docker-compose.yml', './mounts.yml'].flatMap((path) => [
  '--file',
  fileURLToPath(new URL(path, import.meta.url)),
]);
const commandLimitMs = 240_000;
const outputLimitBytes = 16 * 2 ** 20;

/** docker-compose.yml on the programs of this machine, under a name of its own, so that two of it do not meet. */
export type ComposeProject = {
  /** Runs docker-compose and answers what it printed; rejects with what it complained about. */
  compose(...args: string[]): Promise<string>;
  /** The containers, running or not, by their service. */
  containers(): Promise<Map<string, ContainerInspectInfo>>;
  /** What the engine still has of it: containers, networks, volumes. */
  leftovers(): Promise<string[]>;
  /** Ends and removes everything; what is gone already does not matter. */
  close(): Promise<void>;
};

/** `variables` become the `.env`, in `directory`. Nothing is started. */
export async function openComposeProject(options: {
  dockerHost: string;
  directory: string;
  variables: Readonly<Record<string, string>>;
}): Promise<ComposeProject> {
  const { dockerHost, directory } = options;
  const name = `hookline-test-${randomBytes(4).toString('hex')}`;
  const envFile = join(directory, '.env');
  const lines = Object.entries(options.variables).map(([variable, value]) => `${variable}=${value}\n`);
  await writeFile(envFile, lines.join(''), { mode: 0o600 });
  const [command, ...first] = composeCommand();
  const docker = dockerClient(dockerHost);
  const filters = { label: [`com.docker.compose.project=${name}`] };

  async function compose(...args: string[]): Promise<string> {
    const { PATH = '', HOME = '' } = process.env;
    const whole = [...first, '--project-name', name, ...files, '--env-file', envFile, ...args];
    const { stdout } = await run(command, whole, {
      // Nothing else: a variable of this process would win over the file.
      env: { PATH, HOME, DOCKER_HOST: dockerHost },
      timeout: commandLimitMs,
      maxBuffer: outputLimitBytes,
    });
    return stdout;
  }

  return {
    compose,
    async containers() {
      const listed = await docker.listContainers({ all: true, filters });
      const found = await Promise.all(listed.map(({ Id }) => docker.getContainer(Id).inspect()));
      return new Map(found.map((each) => [each.Config.Labels['com.docker.compose.service'] ?? '', each]));
    },
    async leftovers() {
      const containers = await docker.listContainers({ all: true, filters });
      const networks = await docker.listNetworks({ filters });
      const { Volumes: volumes } = await docker.listVolumes({ filters });
      return [
        ...containers.flatMap(({ Names }) => Names),
        ...networks.map(({ Name }) => Name),
        ...(volumes ?? []).map(({ Name }) => Name),
      ];
    },
    async close() {
      await compose('down', '--volumes', '--timeout', '2');
    },
  };
}

/** Debian's program, else the plugin that Docker itself ships. */
function composeCommand(): [string, ...string[]] {
  const program = findProgram('docker-compose');
  if (program !== undefined) return [program];
  if (findProgram('docker') !== undefined) return ['docker', 'compose'];
  throw new Error('docker-compose is not installed: run `sh test/setup/setup.sh compose`');
}
