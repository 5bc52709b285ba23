import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import { type BlobStoreTraits, itKeepsBodies } from './blob-store-bodies.ts';
import { itStaysWhole } from './blob-store-failures.ts';
import { itKnowsItsKeys } from './blob-store-keys.ts';
import { folder, keysUnder, textBytes, textOf } from './blob-store-samples.ts';

export interface OpenedBlobStore {
  readonly store: BlobStore;
  /** Another view of the same blobs, as another process would have it; the test closes it. */
  reopen(): Promise<BlobStore>;
  close(): Promise<void>;
}

/** Declares the tests every blob store must pass. Each test keeps to a prefix of its own. */
export function describeBlobStore(
  name: string,
  open: () => Promise<OpenedBlobStore>,
  traits: BlobStoreTraits = {},
) {
  describe(`${name} as a blob store`, () => {
    let opened: OpenedBlobStore;
    let store: BlobStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened?.close());

    itKeepsBodies(() => store, traits);
    itStaysWhole(() => store);
    itKnowsItsKeys(() => store);

    it('is read by another process at once', async () => {
      const key = `${folder()}/shared`;
      const other = await opened.reopen();
      try {
        await store.put(key, textBytes('seen'));
        expect(await textOf(other, key)).toBe('seen');
      } finally {
        await other.close();
      }
      expect(await textOf(store, key)).toBe('seen');
    });

    it('passes its own check, which leaves nothing, and sweeps no blob', async () => {
      const key = `${folder()}/stays`;
      await store.put(key, textBytes('x'));
      await store.check();
      await store.sweep();
      expect(await keysUnder(store, '.check/')).toEqual([]);
      expect(await textOf(store, key)).toBe('x');
    });

    it('closes twice, waits for running puts, and then takes no more', async () => {
      const prefix = folder();
      const other = await opened.reopen();
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      async function* slow() {
        yield textBytes('first ');
        await released;
        yield textBytes('second');
      }
      const running = other.put(`${prefix}/running`, slow());
      const closing = other.close();
      release();
      await closing;
      await running;
      await other.close();
      const closed = { name: 'BlobRefusal', code: 'closed' };
      await expect(other.put(`${prefix}/late`, textBytes('x'))).rejects.toMatchObject(closed);
      await expect(other.get(`${prefix}/running`)).rejects.toMatchObject(closed);
      await expect(keysUnder(other, prefix)).rejects.toMatchObject(closed);
    });
  });
}
