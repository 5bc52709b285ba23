import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { dockerClient } from '../support/docker-client.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchRepository, makeBenchRepository, now } from './bench-repository.ts';
import { against, type Line, ms } from './report.ts';
import type { Product } from './start-product.ts';
import { interleave, median } from './statistics.ts';

const rounds = 9;
const run = promisify(execFile);
const steps = ['echo hello', 'head -c 1048576 /dev/urandom > out.bin', 'ls -l out.bin'];

export function pipelineOf(image: string, script: readonly string[]): string {
  const lines = script.map((step) => `      - ${JSON.stringify(step)}`).join('\n');
  return `
on: { push: { branches: [main] } }
image: ${image}
jobs:
  build:
    steps:
${lines}
    artifacts:
      - name: out
        paths: [out.bin]
`;
}

/** Row 2: a new commit each time, from the sending of the webhook to the end of the run in the history. */
export async function pushToFinishedRow(bench: BenchContext): Promise<Line[]> {
  const { dockerHost, image } = await bench.engine();
  const product = await bench.product('finished', { withEngine: true });
  try {
    const repository = await makeBenchRepository(bench.host, {
      directory: bench.directory,
      name: 'bench/finished',
      branch: 'main',
      pipeline: pipelineOf(image, steps),
    });
    const docker = dockerClient(dockerHost);
    const clone = cloner(bench, repository);
    let commits = 0;
    const results = await interleave(rounds, {
      product: async () => {
        commits += 1;
        await repository.commit(`commit ${commits}`);
        return finishedAfter(product, repository);
      },
      floor: () => clone((workspace) => oneContainer(docker, image, workspace)),
      bash: () => clone((workspace) => threeDockerRuns(dockerHost, image, workspace)),
    });
    const [mine, floor, bash] = [results.product, results.floor, results.bash].map(median);
    if (mine === undefined || floor === undefined || bash === undefined)
      throw new Error('nothing was measured');
    return [
      {
        row: '2',
        what: 'hookline: webhook to finished, zip stored, history written',
        figure: ms(mine),
        note: against(mine / floor, { atMost: 1.25 }),
      },
      {
        row: '2',
        what: 'floor: clone, one container, the script; no zip, queue, database',
        figure: ms(floor),
      },
      {
        row: '2',
        what: 'bash: clone, 3 × docker run',
        figure: ms(bash),
        note: `hookline ${(mine / bash).toFixed(2)} ×`,
      },
    ];
  } finally {
    await product.close();
  }
}

async function finishedAfter(product: Product, repository: BenchRepository): Promise<number> {
  const { id, sentAtMs } = await repository.announce(product.url);
  const status = () =>
    product.ask('select status from runs where delivery_id = ? and finished_at is not null', id);
  await waitUntil(async () => status() !== undefined, {
    what: 'the run to end',
    timeoutMs: 30_000,
    intervalMs: 1,
  });
  const tookMs = now() - sentAtMs;
  if (status() !== 'success') throw new Error(`the run ended as ${status()}`);
  return tookMs;
}

/** Times a fresh shallow clone and what is then done with it. */
function cloner(bench: BenchContext, { cloneUrl }: BenchRepository) {
  return async (work: (workspace: string) => Promise<void>): Promise<number> => {
    const workspace = join(bench.directory, 'clone');
    const startedAtMs = performance.now();
    await run('git', ['clone', '--quiet', '--depth=1', cloneUrl, workspace]);
    await work(workspace);
    const tookMs = performance.now() - startedAtMs;
    await rm(workspace, { recursive: true });
    await mkdir(bench.directory, { recursive: true });
    return tookMs;
  };
}

async function oneContainer(docker: Docker, image: string, workspace: string): Promise<void> {
  const container = await docker.createContainer({
    Image: image,
    Cmd: ['sh', '-ec', steps.join('\n')],
    WorkingDir: '/workspace',
    HostConfig: { Binds: [`${workspace}:/workspace`] },
  });
  await container.start();
  const { StatusCode } = (await container.wait()) as { StatusCode: number };
  await container.remove();
  if (StatusCode !== 0) throw new Error(`the container ended with ${StatusCode}`);
}

async function threeDockerRuns(dockerHost: string, image: string, workspace: string): Promise<void> {
  const mount = ['-v', `${workspace}:/workspace`, '-w', '/workspace'];
  for (const step of steps) {
    await run('docker', ['-H', dockerHost, 'run', '--rm', ...mount, image, 'sh', '-ec', step]);
  }
}
