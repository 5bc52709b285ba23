import { join } from 'node:path';
import { waitUntil } from '../support/wait-until.ts';
import type { BenchContext } from './bench-context.ts';
import { makeBenchRepository } from './bench-repository.ts';
import { residentBytes } from './process-tree.ts';
import type { PushTemplate } from './push-body.ts';
import { against, type Line, mb, ms, perSecond, within } from './report.ts';
import { type LoadResult, runLoad } from './run-load.ts';
import { startFloor } from './start-floor.ts';
import type { Product } from './start-product.ts';
import { interleave, median } from './statistics.ts';

const rounds = 5;
const perRound = 3_000;
const connections = 50;
const runsPerRound = 400;

/** Builds `main` and nothing else. */
export const onlyMain = `
on: { push: { branches: [main] } }
image: none
jobs:
  build:
    steps: ['true']
`;

/** Row 1: pushes to a branch that no pipeline builds, against programs that do less. */
export async function intakeRow(bench: BenchContext): Promise<Line[]> {
  const product = await bench.product('intake');
  const floors = {
    nothing: await startFloor('nothing', ''),
    group: await startFloor('group', join(bench.directory, 'floor-group.sqlite')),
    each: await startFloor('each', join(bench.directory, 'floor-each.sqlite')),
  };
  try {
    const repository = await makeBenchRepository(bench.host, {
      directory: bench.directory,
      name: 'bench/intake',
      branch: 'topic',
      pipeline: onlyMain,
    });
    await repository.announce(product.url);
    const template = await repository.template();
    const load = (name: string, url: string) => (round: number) =>
      runLoad({ url, template, series: `${name}-${round}`, count: perRound, connections });
    const memory = { before: 0, after: 0 };
    const planned: number[] = [];
    const results = await interleave(rounds, {
      product: async (round) => {
        if (round === 1) memory.before = residentBytes(product.pid);
        const result = await load('product', `${product.url}/webhooks/github`)(round);
        memory.after = residentBytes(product.pid);
        const startedAtMs = performance.now();
        const left = await pendingOf(product);
        await drained(product);
        planned.push((left / (performance.now() - startedAtMs)) * 1000);
        return result;
      },
      nothing: load('nothing', floors.nothing.url),
      group: load('group', floors.group.url),
      each: load('each', floors.each.url),
    });
    const expected = 1 + (rounds + 1) * perRound;
    const kept = product.ask('select count(*) from deliveries');
    if (kept !== expected) throw new Error(`${kept} of ${expected} deliveries are in the inbox`);
    return intakeLines(results, memory, planned);
  } finally {
    await Promise.all([product, ...Object.values(floors)].map((each) => each.close()));
  }
}

function intakeLines(
  results: Record<'product' | 'nothing' | 'group' | 'each', LoadResult[]>,
  memory: { before: number; after: number },
  planned: number[],
): Line[] {
  const rate = (name: keyof typeof results) => median(results[name].map((result) => result.perSecond));
  const p99 = median(results.product.map((result) => result.p99Ms));
  const floor = (name: 'nothing' | 'group' | 'each', what: string): Line => ({
    row: '1',
    what: `floor: ${what}`,
    figure: perSecond(rate(name)),
    note: `p99 ${ms(median(results[name].map((result) => result.p99Ms)))}`,
  });
  return [
    {
      row: '1',
      what: 'hookline, every delivery on disk before its 202',
      figure: perSecond(rate('product')),
      note: against(rate('product') / rate('group'), { atLeast: 0.9 }),
    },
    {
      row: '1',
      what: 'hookline, latency',
      figure: `p50 ${ms(median(results.product.map((result) => result.p50Ms)))}, p99 ${ms(p99)}`,
      note: within('p99', p99 <= 25, '≤ 25 ms'),
    },
    {
      row: '1',
      what: 'hookline, web process resident before and after',
      figure: `${mb(memory.before)}, ${mb(memory.after)}`,
      note: `${(rounds * perRound).toLocaleString('en')} deliveries between`,
    },
    { row: '1', what: 'hookline, backlog planned', figure: perSecond(median(planned)) },
    floor('nothing', 'node and HMAC, nothing stored'),
    floor('group', 'SQLite, what waits in one commit'),
    floor('each', 'SQLite, one commit per delivery'),
  ];
}

/** Row 1b: every push makes a run; no runner is there to take them. */
export async function runsRow(bench: BenchContext): Promise<Line[]> {
  const product = await bench.product('runs');
  try {
    const repository = await makeBenchRepository(bench.host, {
      directory: bench.directory,
      name: 'bench/runs',
      branch: 'main',
      pipeline: onlyMain,
    });
    await repository.announce(product.url);
    await drained(product);
    const template = await repository.template();
    const intake: number[] = [];
    const overall: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const startedAtMs = performance.now();
      const result = await sendPushes(product, template, `runs-${round}`);
      await drained(product);
      if (round === 0) continue;
      intake.push(result.perSecond);
      overall.push((runsPerRound / (performance.now() - startedAtMs)) * 1000);
    }
    const expected = 1 + (rounds + 1) * runsPerRound;
    const runs = product.ask('select count(*) from runs');
    if (runs !== expected) throw new Error(`${runs} runs came of ${expected} pushes`);
    return [
      { row: '1b', what: 'pushes that each make a run: taken', figure: perSecond(median(intake)) },
      {
        row: '1b',
        what: 'pushes that each make a run: sent, taken, planned and stored',
        figure: perSecond(median(overall)),
        note: `${expected} pushes, ${runs} runs, none lost`,
      },
    ];
  } finally {
    await product.close();
  }
}

function sendPushes(product: Product, template: PushTemplate, series: string): Promise<LoadResult> {
  const url = `${product.url}/webhooks/github`;
  return runLoad({ url, template, series, count: runsPerRound, connections });
}

async function pendingOf(product: Product): Promise<number> {
  return Number(product.ask("select count(*) from deliveries where outcome = 'pending'"));
}

export async function drained(product: Product): Promise<void> {
  await waitUntil(async () => (await pendingOf(product)) === 0, {
    what: 'the backlog to be planned',
    timeoutMs: 300_000,
    intervalMs: 20,
  });
}
