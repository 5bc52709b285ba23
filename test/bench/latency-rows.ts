import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { dockerClient } from '../support/docker-client.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchRepository, makeBenchRepository, now } from './bench-repository.ts';
import { pipelineOf } from './push-to-finished-row.ts';
import { type Line, ms, within } from './report.ts';
import type { Product } from './start-product.ts';
import { interleave, median, quantile } from './statistics.ts';

const rounds = 15;

type Latency = { pickUpMs: number; firstLineMs: number };

/** Rows 3 and 5, of the same pushes: idle, the commit is in the mirror already, the container is not there yet. */
export async function latencyRows(bench: BenchContext): Promise<Line[]> {
  const { dockerHost, image } = await bench.engine();
  const product = await bench.product('latency', { withEngine: true });
  const redis = new Redis(product.redisSocket, { maxRetriesPerRequest: null });
  const queue = await openQueue(redis);
  try {
    const repository = await makeBenchRepository(bench.host, {
      directory: bench.directory,
      name: 'bench/latency',
      branch: 'main',
      pipeline: pipelineOf(image, ['date +%s%N', 'touch out.bin']),
    });
    const nothing = { pickUpMs: 0, firstLineMs: 0 };
    const results = await interleave<'product' | 'bullmq' | 'docker', Latency>(rounds, {
      product: () => latencyOf(product, repository),
      bullmq: async () => ({ ...nothing, pickUpMs: await queue.pickUp() }),
      docker: async () => ({ ...nothing, firstLineMs: await firstLineOfContainer(dockerHost, image) }),
    });
    const pick = results.product.map((result) => result.pickUpMs);
    const line = results.product.map((result) => result.firstLineMs);
    const bare = median(results.docker.map((result) => result.firstLineMs));
    const [lineMs, worstMs] = [median(line), quantile(line, 0.99)];
    return [
      {
        row: '3',
        what: '202 to the first line of the first step, its room made ahead',
        figure: ms(lineMs),
        note: within(`${(lineMs / bare).toFixed(2)} × the floor`, lineMs <= 60, '≤ 60 ms'),
      },
      {
        row: '3',
        what: `the slowest of ${rounds}`,
        figure: ms(worstMs),
        note: within('', worstMs <= 2 * lineMs, '≤ 2 × the median').trim(),
      },
      { row: '3', what: 'floor: create and start a container, its first line', figure: ms(bare) },
      {
        row: '5',
        what: '202 to the job at a runner, lease granted',
        figure: ms(median(pick)),
        note: within('', median(pick) <= 15, '≤ 15 ms').trim(),
      },
      {
        row: '5',
        what: 'floor: BullMQ, add to handler',
        figure: ms(median(results.bullmq.map((result) => result.pickUpMs))),
      },
    ];
  } finally {
    await queue.close();
    redis.disconnect();
    await product.close();
  }
}

/** The runner logs that a job begins as soon as it has opened the grant; the first step prints its own clock. */
async function latencyOf(product: Product, repository: BenchRepository): Promise<Latency> {
  const { id, acceptedAtMs } = await repository.announce(product.url);
  const runId = () =>
    product.ask('select id from runs where delivery_id = ? and finished_at is not null', id);
  await waitUntil(async () => runId() !== undefined, { what: 'the run to end', timeoutMs: 30_000 });
  const begins = product.log().find((line) => line.msg === 'job begins' && line['runId'] === runId());
  const jobId = product.ask('select id from jobs where run_id = ?', runId() ?? '');
  const response = await fetch(`${product.url}/api/v1/jobs/${jobId}/log`);
  const nanoseconds = /\b(\d{19})\b/.exec(await response.text())?.[1];
  if (!begins || !nanoseconds) throw new Error(`run ${runId()} left no trace in the log`);
  return {
    pickUpMs: Date.parse(String(begins['time'])) - acceptedAtMs,
    firstLineMs: Number(nanoseconds) / 1e6 - acceptedAtMs,
  };
}

async function openQueue(connection: Redis): Promise<{ pickUp(): Promise<number>; close(): Promise<void> }> {
  let taken = () => {};
  const queue = new Queue('bench', { connection });
  const worker = new Worker('bench', async () => taken(), { connection });
  await worker.waitUntilReady();
  return {
    async pickUp() {
      const startedAtMs = performance.now();
      const { promise, resolve } = Promise.withResolvers<void>();
      taken = resolve;
      await queue.add('job', {});
      await promise;
      return performance.now() - startedAtMs;
    },
    async close() {
      await worker.close();
      await queue.close();
    },
  };
}

async function firstLineOfContainer(dockerHost: string, image: string): Promise<number> {
  const docker = dockerClient(dockerHost);
  const startedAtMs = now();
  const container = await docker.createContainer({
    Image: image,
    Cmd: ['date', '+%s%N'],
    AttachStdout: true,
  });
  const output = await container.attach({ stream: true, stdout: true });
  await container.start();
  let text = '';
  for await (const chunk of output) text += chunk;
  await container.remove({ force: true });
  return Number(/\d{19}/.exec(text)?.[0]) / 1e6 - startedAtMs;
}
