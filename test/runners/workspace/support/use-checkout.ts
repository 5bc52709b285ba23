import { execFile } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type CheckedOut,
  checkOutSource,
  type WantedCheckout,
} from '../../../../runners/workspace/check-out-source.ts';
import { type LfsStore, openLfsStore } from '../../../../runners/workspace/lfs/lfs-store.ts';
import type { GitSource } from '../../../../runners/workspace/source.ts';
import { createScratchRepository, type ScratchRepository } from './scratch-repository.ts';
import { type Scratch, useScratch } from './use-scratch.ts';

const exec = promisify(execFile);

export type CheckoutWorld = Omit<Scratch, 'source'> & {
  lfs: LfsStore;
  notes: string[];
  /** The waits that were asked for; none of them is kept for longer than a moment. */
  waitsMs: number[];
  /** What happens in the world during a wait. */
  whileWaiting: { act: () => Promise<unknown> };
  results: CheckedOut[];
  /** Another repository of the host, empty. */
  repositoryAt(name: string): Promise<ScratchRepository>;
  /** Commits a submodule with nothing of it in the working tree, and resolves with the commit. */
  addSubmodule(
    repository: ScratchRepository,
    submodule: { path: string; url: string; sha: string; extra?: string },
  ): Promise<string>;
  /** Checks out into a new folder, and resolves with it. */
  checkOut(source: { sha: string } & Partial<GitSource>, wanted: WantedCheckout): Promise<string>;
  lastFolder(): string;
  /** Git in a finished workspace, as a job runs it. */
  git(folder: string, ...args: string[]): Promise<string>;
};

/** A scratch repository, and checkouts of it as jobs ask for them. */
export async function useCheckout(options: Parameters<typeof useScratch>[0] = {}): Promise<CheckoutWorld> {
  const { source, ...scratch } = await useScratch(options);
  const directory = join(scratch.folder, 'lfs');
  const lfs = openLfsStore({ directory, limitBytes: 1 << 30, now: Date.now });
  const notes: string[] = [];
  const waitsMs: number[] = [];
  const whileWaiting = { act: async (): Promise<unknown> => undefined };
  const results: CheckedOut[] = [];
  let made = 0;
  const ports = {
    mirrors: scratch.mirrors,
    lfs,
    allowedBases: [scratch.host.base],
    pause: async (ms: number) => {
      waitsMs.push(ms);
      await whileWaiting.act();
    },
  };

  return {
    ...scratch,
    ...{ lfs, notes, waitsMs, whileWaiting, results },
    repositoryAt: (name) => createScratchRepository(join(scratch.folder, 'served', name), options.init),
    async addSubmodule(repository, { path, url, sha, extra = '' }) {
      const entry = `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n${extra}`;
      await appendFile(join(repository.path, '.gitmodules'), entry);
      await repository.git('add', '.gitmodules');
      await repository.git('update-index', '--add', '--cacheinfo', `160000,${sha},${path}`);
      await repository.git('commit', '-q', '-m', `Add ${path}`);
      return await repository.git('rev-parse', 'HEAD');
    },
    async checkOut({ sha, ...changes }, wanted) {
      made += 1;
      const folder = join(scratch.folder, `work-${made}`);
      const { signal } = new AbortController();
      const cloneUrl = `${scratch.host.base}/octo/app`;
      const note = (text: string) => void notes.push(text);
      const head = source(sha, { cloneUrl, ...changes });
      results.push(await checkOutSource(ports, head, wanted, folder, { signal, note }));
      return folder;
    },
    lastFolder: () => join(scratch.folder, `work-${made}`),
    async git(folder, ...args) {
      const env = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' };
      return (await exec('git', args, { cwd: folder, env })).stdout.trim();
    },
  };
}
