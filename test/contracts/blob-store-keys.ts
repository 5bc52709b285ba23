import { expect, it } from 'vitest';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import { folder, keysUnder, textBytes, textOf } from './blob-store-samples.ts';

/** Which keys there are, and which there cannot be. */
export function itKnowsItsKeys(store: () => BlobStore) {
  it('lists by prefix in ascending order of bytes, across pages and folders', async () => {
    const prefix = folder();
    const names = ['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'ab', 'A', 'b/z/1', 'b/z/10', 'b/z/2', '_x'];
    for (const [index, name] of names.entries())
      await store().put(`${prefix}/${name}`, new Uint8Array(index));
    const under = async (rest: string) => {
      const found: string[] = [];
      for await (const blob of store().list(`${prefix}/${rest}`)) {
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
    await store().put(`${prefix}/runs/42`, textBytes('the run'));
    await store().put(`${prefix}/runs/42/log`, textBytes('its log'));
    await store().remove(`${prefix}/runs/42`);
    expect(await textOf(store(), `${prefix}/runs/42/log`)).toBe('its log');
    await store().put(`${prefix}/runs/42`, textBytes('again'));
    await store().remove(`${prefix}/runs/42/log`);
    expect(await textOf(store(), `${prefix}/runs/42`)).toBe('again');
  });

  it('removes a blob once or twice alike, and what is missing is undefined', async () => {
    const key = `${folder()}/gone.txt`;
    await store().put(key, textBytes('x'));
    await store().remove(key);
    await store().remove(key);
    expect(await store().get(key)).toBeUndefined();
    expect(await store().get(key, { range: { start: 5 } })).toBeUndefined();
    expect(await store().head(key)).toBeUndefined();
    expect(await store().head(`${key}/below`)).toBeUndefined();
    expect(await keysUnder(store(), key)).toEqual([]);
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
    await expect(store().put(key, textBytes('x'))).rejects.toMatchObject(refused);
    await expect(store().get(key)).rejects.toMatchObject(refused);
    await expect(store().head(key)).rejects.toMatchObject(refused);
    await expect(store().remove(key)).rejects.toMatchObject(refused);
  });

  it('takes a segment of 200 characters and refuses one of 201, and keys of more than 512', async () => {
    const prefix = folder();
    await store().put(`${prefix}/${'x'.repeat(200)}`, textBytes('x'));
    for (const key of [`${prefix}/${'x'.repeat(201)}`, `${'y/'.repeat(256)}z`])
      await expect(store().put(key, textBytes('x'))).rejects.toMatchObject({ code: 'bad-key' });
  });

  it('refuses a prefix that climbs and takes one that stops in a segment', async () => {
    for (const prefix of ['../', 'a/../b', '/', 'a//', 'ü']) {
      await expect(keysUnder(store(), prefix)).rejects.toMatchObject({ code: 'bad-key' });
    }
    expect(await keysUnder(store(), `${folder()}/ha`)).toEqual([]);
  });
}
