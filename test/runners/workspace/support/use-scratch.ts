import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type MirrorOptions, type Mirrors, openMirrors } from '../../../../runners/workspace/mirror.ts';
import type { GitSource } from '../../../../runners/workspace/source.ts';
import { createScratchRepository, type ScratchRepository } from './scratch-repository.ts';
import { type SmartHttpHost, type SmartHttpHostOptions, startSmartHttpHost } from './smart-http-host.ts';

export type Scratch = {
  folder: string;
  mirrorFolder: string;
  repository: ScratchRepository;
  mirrors: Mirrors;
  host: SmartHttpHost;
  /** A source on the host, of `main` unless said otherwise. */
  source(sha: string, changes?: Partial<GitSource>): GitSource;
  /** The one mirror that a test of one repository makes. */
  gitDir(): Promise<string>;
};

/** A folder, a repository `octo/app`, an HTTP server for it and mirrors; all gone when the test is over. */
export async function useScratch(
  options: {
    host?: Omit<SmartHttpHostOptions, 'root'>;
    mirrors?: Partial<MirrorOptions>;
    init?: string[];
  } = {},
): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'hookline-git-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const repository = await createScratchRepository(join(folder, 'served/octo/app'), options.init);
  const host = await startSmartHttpHost({ root: join(folder, 'served'), ...options.host });
  onTestFinished(() => host.close());
  const mirrorFolder = join(folder, 'mirrors');
  const mirrors = openMirrors({
    directory: mirrorFolder,
    allowedBases: [host.base, `file://${folder}/served`],
    ...options.mirrors,
  });
  onTestFinished(() => mirrors.close());
  return {
    ...{ folder, mirrorFolder, repository, mirrors, host },
    source: (sha, changes = {}) => ({
      repository: 'octo/app',
      cloneUrl: `${host.base}/octo/app/.git`,
      ref: 'refs/heads/main',
      sha,
      ...changes,
    }),
    async gitDir() {
      const { readdir } = await import('node:fs/promises');
      const names = (await readdir(mirrorFolder)).filter((name) => name.endsWith('.git'));
      return join(mirrorFolder, names[0] ?? 'none');
    },
  };
}
