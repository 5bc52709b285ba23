import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkOutSubmodules } from './check-out-submodules.ts';
import { type CheckoutOptions, checkout } from './checkout.ts';
import { findMerge, type WantedMerge } from './find-merge.ts';
import { bringLfsFiles } from './lfs/bring-lfs-files.ts';
import type { LfsStore } from './lfs/lfs-store.ts';
import type { Mirrors } from './mirror.ts';
import type { GitSource } from './source.ts';

/** What a job wants of the repository beside its one commit. */
export type WantedCheckout = {
  submodules?: true | 'recursive' | undefined;
  /** The credential may be sent for submodules of the repository's owner, too. */
  ownerCredential?: true | undefined;
  lfs?: true | undefined;
  depth?: number | 'all' | undefined;
  merge?: WantedMerge | undefined;
};

/** What lies in the workspace. */
export type CheckedOut = {
  ref: string;
  sha: string;
  /** Why it is not the merge that was asked for. */
  remark?: string;
};

export type CheckoutPorts = {
  mirrors: Mirrors;
  lfs: LfsStore;
  allowedBases: readonly string[];
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
};

const maxFileBytes = 8 * 2 ** 30;

/**
 * Fills `directory`, which is empty or not there yet, with what a job wants of its repository. Credentials are sent to hosts
 * and lie nowhere in it. A refusal leaves it empty, so that it can be tried again. `note` is told what whoever reads the log
 * of the job wants to know.
 */
export async function checkOutSource(
  ports: CheckoutPorts,
  head: GitSource,
  wanted: WantedCheckout,
  directory: string,
  { signal, note }: { signal: AbortSignal; note: (text: string) => void },
): Promise<CheckedOut> {
  const { source, remark } = await chooseSource(ports, head, wanted.merge, { signal, note });
  const depth = wanted.depth === 'all' ? Number.POSITIVE_INFINITY : (wanted.depth ?? 1);
  const options = { depth, signal, maxFileBytes } satisfies CheckoutOptions;
  await mkdir(directory, { recursive: true });
  await checkout(ports.mirrors, source, directory, options);
  try {
    await complete(ports, { source, folder: directory }, wanted, { ...options, note });
  } catch (error) {
    for (const name of await readdir(directory)) {
      await rm(join(directory, name), { recursive: true, force: true });
    }
    throw error;
  }
  const { ref, sha } = source;
  return { ref, sha, ...(remark === undefined ? {} : { remark }) };
}

async function chooseSource(
  ports: CheckoutPorts,
  head: GitSource,
  wanted: WantedMerge | undefined,
  { signal, note }: { signal: AbortSignal; note: (text: string) => void },
): Promise<{ source: GitSource; remark?: string }> {
  if (wanted === undefined) return { source: head };
  const pause = (ms: number) => ports.pause(ms, signal);
  const found = await findMerge(ports, head, wanted, { signal, pause });
  if ('source' in found) {
    note(`built is ${found.source.sha}, the merge of ${head.sha} into ${found.baseSha}`);
    return { source: found.source };
  }
  const remark = `${found.instead.slice(0, 1_000)}. Built is the head.`;
  note(remark);
  return { source: head, remark };
}

type Tree = Parameters<typeof checkOutSubmodules>[1];
type Work = { depth: number; signal: AbortSignal; maxFileBytes: number; note: (text: string) => void };

async function complete(ports: CheckoutPorts, tree: Tree, wanted: WantedCheckout, work: Work): Promise<void> {
  const { note, ...options } = work;
  const trees = [tree];
  if (wanted.submodules !== undefined) {
    const recursive = wanted.submodules === 'recursive';
    const ownerCredential = wanted.ownerCredential ?? false;
    const submodules = await checkOutSubmodules(ports.mirrors, tree, {
      ...options,
      recursive,
      ownerCredential,
    });
    note(submodules.length === 1 ? 'with 1 submodule' : `with ${submodules.length} submodules`);
    trees.push(...submodules);
  }
  if (wanted.lfs === undefined) return;
  const { lfs: store, allowedBases } = ports;
  const brought = { files: 0, sizeBytes: 0 };
  for (const each of trees) {
    const { files, sizeBytes } = await bringLfsFiles(each, { store, allowedBases, ...options });
    brought.files += files;
    brought.sizeBytes += sizeBytes;
  }
  note(
    `with ${brought.files} ${brought.files === 1 ? 'file' : 'files'} in Git LFS, ${brought.sizeBytes} bytes`,
  );
  await store.tidy();
}
