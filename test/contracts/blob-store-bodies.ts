import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import {
  bytesOf,
  chunks,
  cut,
  folder,
  mebibyte,
  peakBytes,
  present,
  produce,
  sha256,
  textBytes,
} from './blob-store-samples.ts';

export interface BlobStoreTraits {
  /** The store is the process's memory, so a body cannot be larger than it. */
  readonly keepsBodiesInMemory?: boolean;
}

/** What goes in comes out: whole, by range, streamed and overwritten. */
export function itKeepsBodies(store: () => BlobStore, traits: BlobStoreTraits) {
  it('gives back what was put, with its size, its digest and the type its key names', async () => {
    const key = `${folder()}/build/app_1.0-rc.zip`;
    const bytes = randomBytes(70_000);
    const before = Date.now();
    const stored = await store().put(key, bytes, { sizeBytes: bytes.length });
    expect(stored).toMatchObject({ sizeBytes: 70_000, sha256: sha256(bytes) });

    const found = await present(store().get(key));
    expect(found).toMatchObject({ sizeBytes: 70_000, contentType: 'application/zip' });
    expect((await bytesOf(found)).equals(bytes)).toBe(true);

    const head = await store().head(key);
    expect(head).toMatchObject({ sizeBytes: 70_000, contentType: 'application/zip' });
    // S3 tells whole seconds only.
    expect(head?.modifiedAtMs).toBeGreaterThanOrEqual(before - 2_000);
    expect(head?.modifiedAtMs).toBeLessThanOrEqual(Date.now() + 2_000);
  });

  it('reads ranges as slice does, and has no bytes past the end', async () => {
    const key = `${folder()}/digits.txt`;
    await store().put(key, textBytes('0123456789'));
    const read = async (start: number, end?: number) => {
      const found = await present(store().get(key, { range: { start, end } }));
      expect(found.sizeBytes).toBe(10);
      return (await bytesOf(found)).toString();
    };
    expect(await read(0, 4)).toBe('0123');
    expect(await read(4)).toBe('456789');
    expect(await read(9, 1_000)).toBe('9');
    expect(await read(3, 3)).toBe('');
    expect(await read(10)).toBe('');
    expect(await read(500, 600)).toBe('');
    for (const range of [{ start: -1 }, { start: 2, end: 1 }, { start: 0.5 }, { start: Number.NaN }]) {
      await expect(store().get(key, { range })).rejects.toMatchObject({ code: 'bad-range' });
    }
  });

  it('keeps an empty blob, from bytes and from a producer that gives none', async () => {
    const prefix = folder();
    await store().put(`${prefix}/bytes`, new Uint8Array());
    await store().put(`${prefix}/chunks`, chunks([]));
    await store().put(`${prefix}/empty-chunks`, chunks([new Uint8Array(), new Uint8Array()]));
    for (const blob of ['bytes', 'chunks', 'empty-chunks']) {
      const found = await present(store().get(`${prefix}/${blob}`));
      expect(found.sizeBytes).toBe(0);
      expect(await bytesOf(found)).toHaveLength(0);
      expect(await store().head(`${prefix}/${blob}`)).toMatchObject({ sizeBytes: 0 });
      const past = await present(store().get(`${prefix}/${blob}`, { range: { start: 0, end: 9 } }));
      expect(await bytesOf(past)).toHaveLength(0);
    }
  });

  it('streams 20 MiB in and out unchanged, in chunks of any size', async () => {
    const key = `${folder()}/big.bin`;
    const bytes = randomBytes(20 * mebibyte);
    const stored = await store().put(key, chunks(cut(bytes, [1, 7_777, 64 * 1024, 3 * mebibyte])));
    expect(stored).toMatchObject({ sizeBytes: bytes.length, sha256: sha256(bytes) });
    const found = await present(store().get(key));
    expect(found.sizeBytes).toBe(bytes.length);
    expect(sha256(await bytesOf(found))).toBe(stored.sha256);
    const middle = { start: 5 * mebibyte - 3, end: 5 * mebibyte + 3 };
    expect(await bytesOf(await present(store().get(key, { range: middle })))).toEqual(
      bytes.subarray(middle.start, middle.end),
    );
  });

  if (!traits.keepsBodiesInMemory) {
    it('holds no more than a few parts of a 96 MiB body in memory, on the way in and on the way out', async () => {
      const key = `${folder()}/streamed.bin`;
      // On a busy machine what was handed to the sockets waits there for a while, too.
      const limit = 48 * mebibyte;
      const [stored, peakOfPut] = await peakBytes((sample) => store().put(key, produce(96, sample)));
      expect(stored.sizeBytes).toBe(96 * mebibyte);
      expect(peakOfPut).toBeLessThan(limit);
      const [readBytes, peakOfGet] = await peakBytes(async (sample) => {
        let total = 0;
        for await (const chunk of (await present(store().get(key))).body) {
          if (Math.floor((total + chunk.length) / (8 * mebibyte)) > Math.floor(total / (8 * mebibyte)))
            sample();
          total += chunk.length;
        }
        return total;
      });
      expect(readBytes).toBe(96 * mebibyte);
      expect(peakOfGet).toBeLessThan(limit);
      await store().remove(key);
    });
  }

  it('replaces a blob by a later put, and a body being read stays the one it was', async () => {
    const key = `${folder()}/state.json`;
    const older = randomBytes(3 * mebibyte);
    await store().put(key, older);
    const reader = (await present(store().get(key))).body.getReader();
    const first = await reader.read();
    await store().put(key, textBytes('newer'));
    expect((await bytesOf(await present(store().get(key)))).toString()).toBe('newer');
    expect(await store().head(key)).toMatchObject({ sizeBytes: 5 });

    const rest = [first.value ?? new Uint8Array()];
    for (let next = await reader.read(); !next.done; next = await reader.read()) rest.push(next.value);
    expect(Buffer.concat(rest).equals(older)).toBe(true);
  });

  it('lets a body that nobody wants be cancelled', async () => {
    const key = `${folder()}/unread`;
    await store().put(key, randomBytes(4 * mebibyte));
    for (let i = 0; i < 20; i++) {
      const { body } = await present(store().get(key));
      const reader = body.getReader();
      if (i % 2) await reader.read();
      await reader.cancel();
    }
    expect(await store().head(key)).toMatchObject({ sizeBytes: 4 * mebibyte });
  });

  it('breaks a body off with the reason when its reader is aborted', async () => {
    const key = `${folder()}/cut-off`;
    await store().put(key, randomBytes(8 * mebibyte));
    const abort = new AbortController();
    const { body } = await present(store().get(key, { signal: abort.signal }));
    const read = async () => {
      for await (const _chunk of body) abort.abort(new Error('seen enough'));
    };
    if (traits.keepsBodiesInMemory) await read();
    else await expect(read()).rejects.toThrow('seen enough');
  });
}
