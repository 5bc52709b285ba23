import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../support/redis-server.ts';
import type { BenchContext } from './bench-context.ts';
import { measureTree } from './process-tree.ts';
import { type Line, mb, ms, within } from './report.ts';
import { interleave, median } from './statistics.ts';

const rounds = 5;
const settleMs = 2_000;
const windowMs = 2_000;

type AtRest = { readyMs: number; pssBytes: number; cpuShare: number; processes: number };

/** Row 12: what a machine pays for a hookline that has nothing to do, with its container engine attached. */
export async function atRestRow(bench: BenchContext): Promise<Line[]> {
  await bench.engine();
  const results = await interleave(rounds, {
    product: async (round) => {
      const product = await bench.product(`rest-${round}`, { withEngine: true });
      const measured = { ...(await observe(product.pid)), readyMs: product.readyMs };
      await product.close();
      return measured;
    },
    floor: (round) => bareNodeAndRedis(join(bench.directory, `floor-${round}`)),
  });
  const middle = (key: keyof AtRest) => median(results.product.map((result) => result[key]));
  const floor = median(results.floor.map((result) => result.pssBytes));
  const [pss, ready] = [middle('pssBytes'), middle('readyMs')];
  // The system counts in hundredths of a second: windows are too short to be judged one by one.
  const cpu = results.product.reduce((sum, result) => sum + result.cpuShare, 0) / rounds;
  return [
    {
      row: '12',
      what: `memory of all ${middle('processes')} processes (PSS)`,
      figure: mb(pss),
      note: within(`${(pss / floor).toFixed(1)} × the floor`, pss <= 150e6, '≤ 150 MB'),
    },
    { row: '12', what: 'floor: bare node and redis-server', figure: mb(floor) },
    {
      row: '12',
      what: `share of a core over ${(rounds * windowMs) / 1000} s`,
      figure: `${(cpu * 100).toFixed(1)} %`,
      note: within('', cpu <= 0.01, '≤ 1 %').trim(),
    },
    {
      row: '12',
      what: 'start to ready',
      figure: ms(ready),
      note: within('', ready <= 1_500, '≤ 1.5 s').trim(),
    },
  ];
}

async function observe(pid: number): Promise<Omit<AtRest, 'readyMs'>> {
  await sleep(settleMs);
  const before = measureTree(pid);
  await sleep(windowMs);
  const { pssBytes, cpuSeconds, processes } = measureTree(pid);
  return { pssBytes, processes, cpuShare: (cpuSeconds - before.cpuSeconds) / (windowMs / 1000) };
}

async function bareNodeAndRedis(directory: string): Promise<AtRest> {
  await mkdir(directory);
  const redis = await startRedis({ directory });
  const node = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore' });
  await once(node, 'spawn');
  const [ofNode, ofRedis] = [await observe(node.pid ?? 0), measureTree(redis.pid)];
  node.kill('SIGKILL');
  await redis.close();
  return { ...ofNode, readyMs: 0, pssBytes: ofNode.pssBytes + ofRedis.pssBytes };
}
