import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import {
  bytesOf,
  chunks,
  cut,
  folder,
  keysUnder,
  mebibyte,
  present,
  textBytes,
  textOf,
} from './blob-store-samples.ts';

/** Puts that are aborted, fail or race leave a whole blob or none. */
export function itStaysWhole(store: () => BlobStore) {
  it.each([0, 1, 11])(
    'leaves nothing of a put aborted after %i MiB, and rejects with the reason',
    async (sentMiB) => {
      const prefix = folder();
      const abort = new AbortController();
      const reason = new Error('cancelled by the test');
      let released = false;
      async function* stuck() {
        try {
          for (let i = 0; i < sentMiB; i++) yield randomBytes(mebibyte);
          queueMicrotask(() => abort.abort(reason));
          await new Promise((resolve) => abort.signal.addEventListener('abort', resolve));
          yield randomBytes(10);
        } finally {
          released = true;
        }
      }
      await expect(store().put(`${prefix}/aborted`, stuck(), { signal: abort.signal })).rejects.toBe(reason);
      expect(await keysUnder(store(), prefix)).toEqual([]);
      await expect.poll(() => released).toBe(true);
    },
  );

  it('is aborted at once although the producer is stuck for ever', async () => {
    const prefix = folder();
    const abort = new AbortController();
    const never: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => abort.abort('enough')) }),
    };
    await expect(store().put(`${prefix}/never`, never, { signal: abort.signal })).rejects.toBe('enough');
    expect(await keysUnder(store(), prefix)).toEqual([]);
  });

  it('does nothing for a signal that is aborted already', async () => {
    const key = `${folder()}/early`;
    const signal = AbortSignal.abort('too late');
    await expect(store().put(key, textBytes('x'), { signal })).rejects.toBe('too late');
    await expect(store().get(key, { signal })).rejects.toBe('too late');
    await expect(store().head(key, { signal })).rejects.toBe('too late');
    await expect(store().remove(key, { signal })).rejects.toBe('too late');
    expect(await store().head(key)).toBeUndefined();
  });

  it.each([0, 1, 11])('leaves nothing when the producer throws after %i MiB', async (sentMiB) => {
    const prefix = folder();
    const broken = new Error('the zip broke');
    async function* failing() {
      for (let i = 0; i < sentMiB; i++) yield randomBytes(mebibyte);
      throw broken;
    }
    await expect(store().put(`${prefix}/broken`, failing())).rejects.toBe(broken);
    expect(await keysUnder(store(), prefix)).toEqual([]);
  });

  it('keeps the blob that was there when a put over it fails', async () => {
    const key = `${folder()}/kept`;
    await store().put(key, textBytes('first'));
    await expect(store().put(key, textBytes('second!'), { sizeBytes: 6 })).rejects.toMatchObject({
      code: 'size-mismatch',
    });
    expect(await textOf(store(), key)).toBe('first');
  });

  it('refuses a body that is shorter or longer than announced', async () => {
    const prefix = folder();
    for (const sizeBytes of [0, 9, 11]) {
      const put = store().put(`${prefix}/size`, chunks([randomBytes(4), randomBytes(6)]), { sizeBytes });
      await expect(put).rejects.toMatchObject({ name: 'BlobRefusal', code: 'size-mismatch' });
    }
    expect(await keysUnder(store(), prefix)).toEqual([]);
  });

  it('leaves one whole body after puts that raced for one key', async () => {
    const key = `${folder()}/raced`;
    const bodies = Array.from({ length: 8 }, (_, i) => Buffer.alloc(300_000 + i * 1_000, i));
    await Promise.all(bodies.map((body) => store().put(key, chunks(cut(body, [10_000])))));
    const found = await bytesOf(await present(store().get(key)));
    expect(bodies.some((body) => body.equals(found))).toBe(true);
    expect(await keysUnder(store(), key)).toEqual([key]);
  });

  it('takes 200 small puts at once', async () => {
    const prefix = folder();
    const keys = Array.from(
      { length: 200 },
      (_, i) => `${prefix}/${i % 7}/${String(i).padStart(3, '0')}.log`,
    );
    await Promise.all(keys.map((key) => store().put(key, textBytes(key))));
    expect(await keysUnder(store(), prefix)).toEqual([...keys].sort());
    expect(await textOf(store(), keys[123] ?? '')).toBe(keys[123]);
  });

  it('survives puts and removes that meet in one folder', async () => {
    const prefix = folder();
    for (let round = 0; round < 10; round++) {
      await store().put(`${prefix}/deep/er/old`, textBytes('old'));
      await Promise.all([
        store().remove(`${prefix}/deep/er/old`),
        store().put(`${prefix}/deep/er/new`, textBytes('new')),
      ]);
      expect(await keysUnder(store(), prefix)).toEqual([`${prefix}/deep/er/new`]);
      await store().remove(`${prefix}/deep/er/new`);
    }
  });
}
