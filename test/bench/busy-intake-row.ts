import { waitUntil } from '../support/wait-until.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchRepository, makeBenchRepository } from './bench-repository.ts';
import { drained, onlyMain } from './intake-rows.ts';
import { pipelineOf } from './push-to-finished-row.ts';
import { against, type Line, ms, perSecond } from './report.ts';
import { runLoad } from './run-load.ts';
import type { Product } from './start-product.ts';
import { interleave, median } from './statistics.ts';

const rounds = 5;
const perRound = 2_000;
const writeSeconds = 6;

/** Row 15: row 1 again, idle and with both slots of the runner taken by jobs that write as fast as they can. */
export async function busyIntakeRow(bench: BenchContext): Promise<Line[]> {
  const { image } = await bench.engine();
  const product = await bench.product('busy', { withEngine: true });
  try {
    const { directory } = bench;
    const quiet = await makeBenchRepository(bench.host, {
      directory,
      name: 'bench/quiet',
      branch: 'topic',
      pipeline: onlyMain,
    });
    const noisy = await makeBenchRepository(bench.host, {
      directory,
      name: 'bench/noisy',
      branch: 'main',
      pipeline: pipelineOf(image, [
        `timeout ${writeSeconds} yes ${'a line of a hundred bytes '.repeat(4)} || true`,
        'touch out.bin',
      ]),
    });
    await quiet.announce(product.url);
    const template = await quiet.template();
    const url = `${product.url}/webhooks/github`;
    const load = async (series: string) => {
      const result = await runLoad({ url, template, series, count: perRound, connections: 50 });
      await drained(product);
      return result;
    };
    const results = await interleave(rounds, {
      idle: (round) => load(`idle-${round}`),
      busy: (round) => whileTwoWrite(product, noisy, () => load(`busy-${round}`)),
    });
    const [idle, busy] = [results.idle, results.busy].map((all) => ({
      p99Ms: median(all.map((result) => result.p99Ms)),
      perSecond: median(all.map((result) => result.perSecond)),
    }));
    if (!idle || !busy) throw new Error('nothing was measured');
    return [
      {
        row: '15',
        what: 'p99 while two jobs write logs',
        figure: ms(busy.p99Ms),
        note: against(busy.p99Ms / idle.p99Ms, { atMost: 2 }),
      },
      { row: '15', what: 'p99 idle', figure: ms(idle.p99Ms) },
      {
        row: '15',
        what: 'taken, busy and idle',
        figure: `${perSecond(busy.perSecond)}, ${perSecond(idle.perSecond)}`,
      },
    ];
  } finally {
    await product.close();
  }
}

async function whileTwoWrite<T>(
  product: Product,
  repository: BenchRepository,
  work: () => Promise<T>,
): Promise<T> {
  const ids = [await repository.announce(product.url), await repository.announce(product.url)].map(
    ({ id }) => id,
  );
  const count = (condition: string) =>
    Number(
      product.ask(
        `select count(*) from steps join jobs on jobs.id = steps.job_id join runs on runs.id = jobs.run_id
         where runs.delivery_id in (?, ?) and ${condition}`,
        ...ids,
      ),
    );
  await waitUntil(async () => count("steps.position = 0 and steps.status = 'running'") === 2, {
    what: 'both jobs to write',
    timeoutMs: 30_000,
  });
  const result = await work();
  await waitUntil(async () => count("steps.position = 1 and steps.status = 'success'") === 2, {
    what: 'both jobs to end',
    timeoutMs: 60_000,
  });
  return result;
}
