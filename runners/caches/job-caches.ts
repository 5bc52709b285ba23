import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checksumsIn, renderCacheKey } from '../../pipelines/cache-key.ts';
import type { Clock } from '../../src/clock.ts';
import type { BuildSpec } from '../../src/contract/job-spec.ts';
import { messageOf } from '../../src/errors.ts';
import type { JobContainer } from '../engine/engine.ts';
import { archiveDigest } from './archive-digest.ts';
import { CacheRefusal } from './cache-refusal.ts';
import { packScript, unpackScript } from './cache-scripts.ts';
import type { CacheStore, CacheWish } from './cache-store.ts';
import { checksumFiles } from './checksum-files.ts';
import { readEntry, writeEntry } from './entry-file.ts';
import type { LocalCaches } from './local-caches.ts';
import { type PackedCache, takePacked } from './packed-cache.ts';
import { runScript } from './run-script.ts';
import { sizeText } from './size-text.ts';

export type CachePorts = {
  store: CacheStore;
  local: Pick<LocalCaches, 'newFile'>;
  clock: Pick<Clock, 'now'>;
  /** Most that one entry may hold before it is compressed. */
  limitBytes: number;
};

export type CachedJob = {
  spec: Pick<BuildSpec, 'repository' | 'caches' | 'env'>;
  workspaceDir: string;
  container: Pick<JobContainer, 'run'>;
  note: (text: string) => void;
  signal: AbortSignal;
};

/**
 * The caches of one job, in the order of its life. Nothing about a cache fails a job: what cannot be restored or saved is
 * noted in its log. Each method rejects only when the job is stopped.
 */
export type JobCaches = {
  /** Before the first step: nothing else runs in the container. */
  restore(): Promise<void>;
  /** After the last step, in the container: archives of what was not there under its key, or may have changed. */
  pack(): Promise<void>;
  /** When the container is dead: takes the archives out of the workspace. */
  collect(): Promise<void>;
  /** When the job has succeeded. */
  save(): Promise<void>;
  close(): Promise<void>;
};

/** A store that hangs must not hold up a job for longer. */
const findMs = 60_000;
const transferMs = 15 * 60_000;
const nodeArch = new Map([['x64', 'amd64']]);

type CacheEntry = NonNullable<BuildSpec['caches']>['entries'][number];

/** One that is to be saved. `archive` and `result` are files in the workspace, from `pack` to `collect`. */
type Entry = {
  wish: CacheWish;
  archive: string;
  result: string;
  packMs?: number;
  packed?: PackedCache | undefined;
  /** What was restored under this very key, by `archiveDigest`. */
  content?: string;
};

export function openJobCaches(job: CachedJob, ports: CachePorts): JobCaches {
  const { spec, workspaceDir, container, note, signal } = job;
  const { store, local, clock, limitBytes } = ports;
  const kind = { os: process.platform, arch: nodeArch.get(process.arch) ?? process.arch };
  const home = spec.env['HOME'] === undefined ? {} : { HOME: spec.env['HOME'] };
  const run = (script: string) => runScript(container, script, { env: home, signal });
  const until = (ms: number) => AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  /** Those that are to be saved when the job succeeds. */
  const wanted: Entry[] = [];

  /** Carries on with the next when this one cannot be had, unless the job is stopped. */
  async function trying(label: string, failed: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      note(`cache ${label}: ${failed}: ${messageOf(error)}`);
    }
  }

  async function wishFor(cache: CacheEntry, scopes: readonly string[]): Promise<CacheWish> {
    const values: Record<string, string> = { os: kind.os, arch: kind.arch };
    for (const files of new Set([cache.key, ...cache.fallback].flatMap(checksumsIn))) {
      values[`checksum:${files}`] = await checksumFiles(workspaceDir, files, signal);
    }
    return {
      repository: spec.repository,
      scopes,
      key: renderCacheKey(cache.key, values),
      fallback: cache.fallback.map((beginning) => renderCacheKey(beginning, values)),
      kind: { ...kind, paths: cache.paths },
      replaces: cache.save === 'changed',
    };
  }

  async function restoreOne(wish: CacheWish): Promise<void> {
    const startedAtMs = clock.now();
    const name = `.hookline-${randomBytes(8).toString('hex')}.tar`;
    const found = await store.find(wish, until(findMs));
    const entry: Entry = { wish, archive: name, result: `${name}.txt` };
    if (!found?.exact || wish.replaces) wanted.push(entry);
    if (!found) return note(`cache ${wish.key}: miss`);
    const { file, wasHere } = await store.open(found, until(transferMs));
    const path = join(workspaceDir, name);
    try {
      const { header, sizeBytes } = await readEntry(file, path, { limitBytes, signal });
      const paths = wish.kind.paths.filter((each) => header.paths.includes(each));
      const { code, said } = await run(unpackScript(paths, name));
      if (code !== 0) throw new CacheRefusal('damaged', `tar ended with ${code}: ${said}`);
      if (found.exact && header.content !== undefined) entry.content = header.content;
      const what = found.exact ? 'hit' : `fallback hit ${header.key}`;
      const size = `${sizeText(found.sizeBytes)}, unpacked ${sizeText(sizeBytes)}`;
      const from = wasHere ? 'from this machine' : 'from the store';
      const took = clock.now() - startedAtMs;
      note(`cache ${wish.key}: ${what} (${found.scope}), ${size}, ${from}, in ${took} ms`);
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  }

  async function saveOne({ wish, packed, packMs = 0, content: restored }: Entry): Promise<void> {
    if (!packed) return;
    const startedAtMs = clock.now();
    const content = wish.replaces ? await archiveDigest(packed.archive, { signal }) : undefined;
    if (content !== undefined && content === restored)
      return note(`cache ${wish.key}: not saved, for nothing in it has changed`);
    const path = local.newFile();
    try {
      const header = {
        key: wish.key,
        paths: packed.paths,
        ...(content === undefined ? {} : { content }),
      };
      const sizeBytes = await writeEntry(packed.archive, header, path, { signal });
      const saved = await store.save(wish, path, until(transferMs));
      const size = `${sizeText(sizeBytes)}, unpacked ${sizeText(packed.sizeBytes)}`;
      const took = clock.now() - startedAtMs + packMs;
      note(
        `cache ${wish.key}: ${saved ? `saved, ${size}, in ${took} ms` : 'another job saved it meanwhile'}`,
      );
    } finally {
      await rm(path, { force: true });
    }
  }

  return {
    async restore() {
      const { entries = [], scopes = [] } = spec.caches ?? {};
      for (const cache of entries) {
        await trying(cache.key, 'not used', async () => {
          const wish = await wishFor(cache, scopes);
          await trying(wish.key, 'not used', () => restoreOne(wish));
        });
      }
    },

    async pack() {
      for (const entry of wanted) {
        const { archive, result, wish } = entry;
        await trying(wish.key, 'not saved', async () => {
          const startedAtMs = clock.now();
          await run(packScript(wish.kind.paths, { archive, result }, limitBytes));
          entry.packMs = clock.now() - startedAtMs;
        });
      }
    },

    async collect() {
      for (const entry of wanted.filter(({ packMs }) => packMs !== undefined)) {
        const { wish, archive, result } = entry;
        const { paths } = wish.kind;
        await trying(wish.key, 'not saved', async () => {
          entry.packed = await takePacked(workspaceDir, { archive, result, paths }, limitBytes);
          if (!entry.packed) note(`cache ${wish.key}: nothing to save, there is no ${paths.join(', ')}`);
        });
      }
    },

    async save() {
      for (const entry of wanted) await trying(entry.wish.key, 'not saved', () => saveOne(entry));
    },

    async close() {
      for (const { packed } of wanted) await packed?.archive.close();
    },
  };
}
