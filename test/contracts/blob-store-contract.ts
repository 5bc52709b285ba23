import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlobStore, FoundBlob } from '../../src/blobs/blob-store.ts';

export interface OpenedBlobStore {
  readonly store: BlobStore;
  /** Another view of the same blobs, as another process would have it; closed by the suite. */
  reopen(): Promise<BlobStore>;
  close(): Promise<void>;
}

interface Traits {
  /** The store is the process's memory, so a body cannot be larger than it. */
  readonly keepsBodiesInMemory?: boolean;
}

const mebibyte = 1024 * 1024;

/** Declares the tests every blob store must pass. Each test keeps to a prefix of its own. */
export function describeBlobStore(name: string, open: () => Promise<OpenedBlobStore>, traits: Traits = {}) {
  describe(`${name} as a blob store`, () => {
    let opened: OpenedBlobStore;
    let store: BlobStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened?.close());

    const folder = () => `contract/${randomUUID()}`;

    it('gives back what was put, with its size, its digest and the type its key names', async () => {
      const key = `${folder()}/build/app_1.0-rc.zip`;
      const bytes = randomBytes(70_000);
      const before = Date.now();
      const stored = await store.put(key, bytes, { sizeBytes: bytes.length });
      expect(stored).toMatchObject({ sizeBytes: 70_000, sha256: sha256(bytes) });

      const found = await present(store.get(key));
      expect(found).toMatchObject({ sizeBytes: 70_000, contentType: 'application/zip' });
      expect((await bytesOf(found)).equals(bytes)).toBe(true);

      const head = await store.head(key);
      expect(head).toMatchObject({ sizeBytes: 70_000, contentType: 'application/zip' });
      // S3 tells whole seconds only.
      expect(head?.modifiedAtMs).toBeGreaterThanOrEqual(before - 2_000);
      expect(head?.modifiedAtMs).toBeLessThanOrEqual(Date.now() + 2_000);
    });

    it('reads ranges as slice does, and has no bytes past the end', async () => {
      const key = `${folder()}/digits.txt`;
      await store.put(key, textBytes('0123456789'));
      const read = async (start: number, end?: number) => {
        const found = await present(store.get(key, { range: { start, end } }));
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
        await expect(store.get(key, { range })).rejects.toMatchObject({ code: 'bad-range' });
      }
    });

    it('keeps an empty blob, from bytes and from a producer that gives none', async () => {
      const prefix = folder();
      await store.put(`${prefix}/bytes`, new Uint8Array());
      await store.put(`${prefix}/chunks`, chunks([]));
      await store.put(`${prefix}/empty-chunks`, chunks([new Uint8Array(), new Uint8Array()]));
      for (const blob of ['bytes', 'chunks', 'empty-chunks']) {
        const found = await present(store.get(`${prefix}/${blob}`));
        expect(found.sizeBytes).toBe(0);
        expect(await bytesOf(found)).toHaveLength(0);
        expect(await store.head(`${prefix}/${blob}`)).toMatchObject({ sizeBytes: 0 });
        const past = await present(store.get(`${prefix}/${blob}`, { range: { start: 0, end: 9 } }));
        expect(await bytesOf(past)).toHaveLength(0);
      }
    });

    it('streams 20 MiB in and out unchanged, in chunks of any size', async () => {
      const key = `${folder()}/big.bin`;
      const bytes = randomBytes(20 * mebibyte);
      const stored = await store.put(key, chunks(cut(bytes, [1, 7_777, 64 * 1024, 3 * mebibyte])));
      expect(stored).toMatchObject({ sizeBytes: bytes.length, sha256: sha256(bytes) });
      const found = await present(store.get(key));
      expect(found.sizeBytes).toBe(bytes.length);
      expect(sha256(await bytesOf(found))).toBe(stored.sha256);
      const middle = { start: 5 * mebibyte - 3, end: 5 * mebibyte + 3 };
      expect(await bytesOf(await present(store.get(key, { range: middle })))).toEqual(
        bytes.subarray(middle.start, middle.end),
      );
    });

    if (!traits.keepsBodiesInMemory) {
      it('holds no more than a few parts of a 96 MiB body in memory, on the way in and on the way out', async () => {
        const key = `${folder()}/streamed.bin`;
        const limit = 32 * mebibyte;
        const [stored, peakOfPut] = await peakBytes((sample) => store.put(key, produce(96, sample)));
        expect(stored.sizeBytes).toBe(96 * mebibyte);
        expect(peakOfPut).toBeLessThan(limit);
        const [readBytes, peakOfGet] = await peakBytes(async (sample) => {
          let total = 0;
          for await (const chunk of (await present(store.get(key))).body) {
            if (Math.floor((total + chunk.length) / (8 * mebibyte)) > Math.floor(total / (8 * mebibyte)))
              sample();
            total += chunk.length;
          }
          return total;
        });
        expect(readBytes).toBe(96 * mebibyte);
        expect(peakOfGet).toBeLessThan(limit);
        await store.remove(key);
      });
    }

    it('replaces a blob by a later put, and a body being read stays the one it was', async () => {
      const key = `${folder()}/state.json`;
      const older = randomBytes(3 * mebibyte);
      await store.put(key, older);
      const reader = (await present(store.get(key))).body.getReader();
      const first = await reader.read();
      await store.put(key, textBytes('newer'));
      expect((await bytesOf(await present(store.get(key)))).toString()).toBe('newer');
      expect(await store.head(key)).toMatchObject({ sizeBytes: 5 });

      const rest = [first.value ?? new Uint8Array()];
      for (let next = await reader.read(); !next.done; next = await reader.read()) rest.push(next.value);
      expect(Buffer.concat(rest).equals(older)).toBe(true);
    });

    it('lists by prefix in ascending order of bytes, across pages and folders', async () => {
      const prefix = folder();
      const names = ['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'ab', 'A', 'b/z/1', 'b/z/10', 'b/z/2', '_x'];
      for (const [index, name] of names.entries())
        await store.put(`${prefix}/${name}`, new Uint8Array(index));
      const under = async (rest: string) => {
        const found: string[] = [];
        for await (const blob of store.list(`${prefix}/${rest}`)) {
          expect(blob.sizeBytes).toBe(names.indexOf(blob.key.slice(prefix.length + 1)));
          expect(Math.abs(blob.modifiedAtMs - Date.now())).toBeLessThan(60_000);
          found.push(blob.key.slice(prefix.length + 1));
        }
        return found;
      };
      expect(await under('')).toEqual([...names].sort());
      expect(await under('a')).toEqual(['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'ab']);
      expect(await under('a/')).toEqual(['a/b', 'a/b/c']);
      expect(await under('b/z/1')).toEqual(['b/z/1', 'b/z/10']);
      expect(await under('nothing/')).toEqual([]);
      expect(await under('a/b/c/d/')).toEqual([]);
    });

    it('holds a blob and blobs below it, and removing one keeps the other', async () => {
      const prefix = folder();
      await store.put(`${prefix}/runs/42`, textBytes('the run'));
      await store.put(`${prefix}/runs/42/log`, textBytes('its log'));
      await store.remove(`${prefix}/runs/42`);
      expect(await textOf(store, `${prefix}/runs/42/log`)).toBe('its log');
      await store.put(`${prefix}/runs/42`, textBytes('again'));
      await store.remove(`${prefix}/runs/42/log`);
      expect(await textOf(store, `${prefix}/runs/42`)).toBe('again');
    });

    it('removes a blob once or twice alike, and what is missing is undefined', async () => {
      const key = `${folder()}/gone.txt`;
      await store.put(key, textBytes('x'));
      await store.remove(key);
      await store.remove(key);
      expect(await store.get(key)).toBeUndefined();
      expect(await store.get(key, { range: { start: 5 } })).toBeUndefined();
      expect(await store.head(key)).toBeUndefined();
      expect(await store.head(`${key}/below`)).toBeUndefined();
      expect(await keysUnder(store, key)).toEqual([]);
    });

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
        await expect(store.put(`${prefix}/aborted`, stuck(), { signal: abort.signal })).rejects.toBe(reason);
        expect(await keysUnder(store, prefix)).toEqual([]);
        await expect.poll(() => released).toBe(true);
      },
    );

    it('is aborted at once although the producer is stuck for ever', async () => {
      const prefix = folder();
      const abort = new AbortController();
      const never: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => abort.abort('enough')) }),
      };
      await expect(store.put(`${prefix}/never`, never, { signal: abort.signal })).rejects.toBe('enough');
      expect(await keysUnder(store, prefix)).toEqual([]);
    });

    it('does nothing for a signal that is aborted already', async () => {
      const key = `${folder()}/early`;
      const signal = AbortSignal.abort('too late');
      await expect(store.put(key, textBytes('x'), { signal })).rejects.toBe('too late');
      await expect(store.get(key, { signal })).rejects.toBe('too late');
      await expect(store.head(key, { signal })).rejects.toBe('too late');
      await expect(store.remove(key, { signal })).rejects.toBe('too late');
      expect(await store.head(key)).toBeUndefined();
    });

    it.each([0, 1, 11])('leaves nothing when the producer throws after %i MiB', async (sentMiB) => {
      const prefix = folder();
      const broken = new Error('the zip broke');
      async function* failing() {
        for (let i = 0; i < sentMiB; i++) yield randomBytes(mebibyte);
        throw broken;
      }
      await expect(store.put(`${prefix}/broken`, failing())).rejects.toBe(broken);
      expect(await keysUnder(store, prefix)).toEqual([]);
    });

    it('keeps the blob that was there when a put over it fails', async () => {
      const key = `${folder()}/kept`;
      await store.put(key, textBytes('first'));
      await expect(store.put(key, textBytes('second!'), { sizeBytes: 6 })).rejects.toMatchObject({
        code: 'size-mismatch',
      });
      expect(await textOf(store, key)).toBe('first');
    });

    it('refuses a body that is shorter or longer than announced', async () => {
      const prefix = folder();
      for (const sizeBytes of [0, 9, 11]) {
        const put = store.put(`${prefix}/size`, chunks([randomBytes(4), randomBytes(6)]), { sizeBytes });
        await expect(put).rejects.toMatchObject({ name: 'BlobRefusal', code: 'size-mismatch' });
      }
      expect(await keysUnder(store, prefix)).toEqual([]);
    });

    it('leaves one whole body after puts that raced for one key', async () => {
      const key = `${folder()}/raced`;
      const bodies = Array.from({ length: 8 }, (_, i) => Buffer.alloc(300_000 + i * 1_000, i));
      await Promise.all(bodies.map((body) => store.put(key, chunks(cut(body, [10_000])))));
      const found = await bytesOf(await present(store.get(key)));
      expect(bodies.some((body) => body.equals(found))).toBe(true);
      expect(await keysUnder(store, key)).toEqual([key]);
    });

    it('takes 200 small puts at once', async () => {
      const prefix = folder();
      const keys = Array.from(
        { length: 200 },
        (_, i) => `${prefix}/${i % 7}/${String(i).padStart(3, '0')}.log`,
      );
      await Promise.all(keys.map((key) => store.put(key, textBytes(key))));
      expect(await keysUnder(store, prefix)).toEqual([...keys].sort());
      expect(await textOf(store, keys[123] ?? '')).toBe(keys[123]);
    });

    it('survives puts and removes that meet in one folder', async () => {
      const prefix = folder();
      for (let round = 0; round < 10; round++) {
        await store.put(`${prefix}/deep/er/old`, textBytes('old'));
        await Promise.all([
          store.remove(`${prefix}/deep/er/old`),
          store.put(`${prefix}/deep/er/new`, textBytes('new')),
        ]);
        expect(await keysUnder(store, prefix)).toEqual([`${prefix}/deep/er/new`]);
        await store.remove(`${prefix}/deep/er/new`);
      }
    });

    it.each([
      '',
      '/',
      '/etc/passwd',
      'a/',
      'a//b',
      '.',
      '..',
      '../a',
      'a/../../b',
      'a/./b',
      'a\\b',
      'a b',
      'a+b',
      'a\0b',
      'ä',
      'a%2e',
    ])('refuses the key %j', async (key) => {
      const refused = { name: 'BlobRefusal', code: 'bad-key' };
      await expect(store.put(key, textBytes('x'))).rejects.toMatchObject(refused);
      await expect(store.get(key)).rejects.toMatchObject(refused);
      await expect(store.head(key)).rejects.toMatchObject(refused);
      await expect(store.remove(key)).rejects.toMatchObject(refused);
    });

    it('takes a segment of 200 characters and refuses one of 201, and keys of more than 512', async () => {
      const prefix = folder();
      await store.put(`${prefix}/${'x'.repeat(200)}`, textBytes('x'));
      for (const key of [`${prefix}/${'x'.repeat(201)}`, `${'y/'.repeat(256)}z`])
        await expect(store.put(key, textBytes('x'))).rejects.toMatchObject({ code: 'bad-key' });
    });

    it('refuses a prefix that climbs and takes one that stops in a segment', async () => {
      for (const prefix of ['../', 'a/../b', '/', 'a//', 'ü']) {
        await expect(keysUnder(store, prefix)).rejects.toMatchObject({ code: 'bad-key' });
      }
      expect(await keysUnder(store, `${folder()}/ha`)).toEqual([]);
    });

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

    it('lets a body that nobody wants be cancelled', async () => {
      const key = `${folder()}/unread`;
      await store.put(key, randomBytes(4 * mebibyte));
      for (let i = 0; i < 20; i++) {
        const { body } = await present(store.get(key));
        if (i % 2) await body.getReader().read();
        else await body.cancel();
      }
      expect(await store.head(key)).toMatchObject({ sizeBytes: 4 * mebibyte });
    });

    it('breaks a body off with the reason when its reader is aborted', async () => {
      const key = `${folder()}/cut-off`;
      await store.put(key, randomBytes(8 * mebibyte));
      const abort = new AbortController();
      const { body } = await present(store.get(key, { signal: abort.signal }));
      const read = async () => {
        for await (const _chunk of body) abort.abort(new Error('seen enough'));
      };
      if (traits.keepsBodiesInMemory) await read();
      else await expect(read()).rejects.toThrow('seen enough');
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

async function present(found: Promise<FoundBlob | undefined>): Promise<FoundBlob> {
  const blob = await found;
  if (!blob) throw new Error('The blob is missing.');
  return blob;
}

async function bytesOf(found: FoundBlob): Promise<Buffer> {
  return Buffer.from(await new Response(found.body).arrayBuffer());
}

async function textOf(store: BlobStore, key: string): Promise<string> {
  return (await bytesOf(await present(store.get(key)))).toString();
}

async function keysUnder(store: BlobStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const blob of store.list(prefix)) keys.push(blob.key);
  return keys;
}

const textBytes = (text: string) => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function* chunks(list: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* list;
}

/** The bytes in pieces whose sizes go round through those given. */
function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function* produce(sizeMiB: number, sample: () => void): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < sizeMiB * 4; i++) {
    if (i % 32 === 31) sample();
    yield Buffer.alloc(mebibyte / 4, i);
  }
}

/** Runs the work and tells the most buffer memory it held whenever it sampled, after a collection each time. */
async function peakBytes<T>(work: (sample: () => void) => Promise<T>): Promise<[T, number]> {
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
