import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkOutSource } from '../../runners/workspace/check-out-source.ts';
import { openLfsStore } from '../../runners/workspace/lfs/lfs-store.ts';
import { openMirrors } from '../../runners/workspace/mirror.ts';
import { isolatedGitEnv } from '../githost/git-program.ts';
import type { BenchContext } from './bench-context.ts';
import { commitTo, fillLargeRepository } from './large-repository.ts';
import { against, type Line, ms } from './report.ts';
import { interleave, median } from './statistics.ts';

const run = promisify(execFile);
const rounds = 5;
const histories = { long: 5_000, short: 10 };

/**
 * Row 11: a workspace of the newest commit, of which the commits before are on this machine already. Each turn has a commit of
 * its own and an empty directory. Nobody pays for the making of the commit or the removal of the directory.
 */
export async function checkoutRow(bench: BenchContext): Promise<Line[]> {
  const long = await openRepository(bench, 'bench/long', histories.long);
  const short = await openRepository(bench, 'bench/short', histories.short);
  try {
    const results = await interleave(rounds, {
      product: () => long.timed(long.product),
      floor: () => long.timed(long.fetchAndCheckout),
      short: () => short.timed(short.product),
    });
    const [product, floor, brief] = [results.product, results.floor, results.short].map(median);
    if (product === undefined || floor === undefined || brief === undefined)
      throw new Error('nothing was measured');
    const line = (what: string, figure: number, note?: string): Line => ({
      ...{ row: '11', what, figure: ms(figure) },
      ...(note === undefined ? {} : { note }),
    });
    return [
      line(
        'hookline: 20,000 files, 5,000 commits, one of them new',
        product,
        against(product / floor, { atMost: 1.1 }),
      ),
      line('floor: git fetch into a bare repository, git checkout into an empty directory', floor),
      line('hookline: the same files, 10 commits', brief, `${(product / brief).toFixed(2)} × with 5,000`),
    ];
  } finally {
    await long.close();
    await short.close();
  }
}

async function openRepository(bench: BenchContext, name: string, commits: number) {
  const { cloneUrl } = await bench.host.createRepository(name);
  const bare = join(bench.directory, 'git', `${name}.git`);
  await fillLargeRepository(bare, commits);
  const own = join(bench.directory, 'checkouts', name);
  const mirrors = openMirrors({ directory: join(own, 'mirrors'), allowedBases: [bench.host.url] });
  const lfs = openLfsStore({ directory: join(own, 'lfs'), limitBytes: 0, now: Date.now });
  const ports = { mirrors, lfs, allowedBases: [bench.host.url], pause: async () => {} };
  const byHand = join(own, 'by-hand.git');
  const git = (...args: string[]) => run('git', args, { env: isolatedGitEnv, maxBuffer: 64 << 20 });
  await git('clone', '--quiet', '--bare', cloneUrl, byHand);
  let turns = 0;

  return {
    async timed(work: (directory: string, sha: string) => Promise<unknown>): Promise<number> {
      turns += 1;
      const sha = await commitTo(bare, turns);
      const directory = join(own, `workspace-${turns}`);
      await mkdir(directory);
      const startedAtMs = performance.now();
      await work(directory, sha);
      const tookMs = performance.now() - startedAtMs;
      const found = await readdir(join(directory, 'src'));
      if (found.length !== 20) throw new Error(`${directory} holds ${found.length} areas, not 20`);
      await rm(directory, { recursive: true });
      return tookMs;
    },
    async product(directory: string, sha: string) {
      const source = { repository: name, cloneUrl, ref: 'refs/heads/main', sha };
      const { signal } = new AbortController();
      await checkOutSource(ports, source, {}, directory, { signal, note: () => {} });
    },
    async fetchAndCheckout(directory: string, sha: string) {
      await git('-C', byHand, 'fetch', '--quiet', cloneUrl, '+refs/heads/main:refs/heads/main');
      // A file of its own, as an index of other files would be compared first.
      const env = { ...isolatedGitEnv, GIT_INDEX_FILE: `${directory}.index` };
      const checkout = ['--git-dir', byHand, '--work-tree', directory, 'checkout', '--quiet', '--force', sha];
      await run('git', [...checkout, '--', '.'], { env });
      await rm(`${directory}.index`);
    },
    close: () => mirrors.close(),
  };
}
