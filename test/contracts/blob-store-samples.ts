import { createHash, randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BlobStore, FoundBlob } from '../../src/blobs/blob-store.ts';

export const mebibyte = 1024 * 1024;

/** A prefix no other test has. */
export const folder = () => `contract/${randomUUID()}`;

export async function present(found: Promise<FoundBlob | undefined>): Promise<FoundBlob> {
  const blob = await found;
  if (!blob) throw new Error('The blob is missing.');
  return blob;
}

export async function bytesOf(found: FoundBlob): Promise<Buffer> {
  return Buffer.from(await new Response(found.body).arrayBuffer());
}

export async function textOf(store: BlobStore, key: string): Promise<string> {
  return (await bytesOf(await present(store.get(key)))).toString();
}

export async function keysUnder(store: BlobStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const blob of store.list(prefix)) keys.push(blob.key);
  return keys;
}

export const textBytes = (text: string) => new TextEncoder().encode(text);
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export async function* chunks(list: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* list;
}

/** The bytes in pieces whose sizes go round through those given. */
export function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

export async function* produce(sizeMiB: number, sample: () => void): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < sizeMiB * 4; i++) {
    if (i % 32 === 31) sample();
    yield Buffer.alloc(mebibyte / 4, i);
  }
}

/** Runs the work and tells the most buffer memory it held whenever it sampled, after a collection each time. */
export async function peakBytes<T>(work: (sample: () => void) => Promise<T>): Promise<[T, number]> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const held = () => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const before = held();
  let peak = 0;
  const result = await work(() => {
    peak = Math.max(peak, held() - before);
  });
  return [result, peak];
}
