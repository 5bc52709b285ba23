import { describe, expect, it } from 'vitest';
import { entriesPrefix, entryName, isEntryOf, useName } from '../../../runners/caches/cache-name.ts';
import { chooseEvicted } from '../../../runners/caches/choose-evicted.ts';
import { assertKey } from '../../../src/blobs/blob-key.ts';

const kind = { os: 'linux', arch: 'amd64', paths: ['node_modules'] };
const place = { repository: 'octo/shop', scope: 'branch-main' };
const nameOf = (key: string, given = {}) => entryName({ ...place, ...given }, key, kind) ?? '';

describe('the name of an entry', () => {
  it('is one that a blob store takes, whatever the key, scope and repository', () => {
    const odd = ['npm-1', '..', '.', 'a/b', '../../x', 'ü', 'a b\\', '%2f', '_', '_2f', '\u{1f600}'];
    const names = odd.map((key) => nameOf(key));
    for (const name of names) expect(() => assertKey(name)).not.toThrow();
    expect(new Set(names).size).toBe(odd.length);
    const long = nameOf('k', { repository: `${'o'.repeat(39)}/${'r'.repeat(100)}`, scope: 'ü'.repeat(120) });
    expect(() => assertKey(long)).not.toThrow();
    expect(nameOf('k', { scope: 'ü'.repeat(121) })).not.toBe(nameOf('k', { scope: 'ü'.repeat(120) }));
    expect(entryName(place, 'k'.repeat(201), kind)).toBeUndefined();
  });

  it('begins as those do that are asked for by the beginning of their key', () => {
    expect(nameOf('npm-ü/1').startsWith(entriesPrefix(place, 'npm-ü/'))).toBe(true);
    expect(nameOf('npm-1').startsWith(entriesPrefix(place, 'npm-1-'))).toBe(false);
  });

  it('keeps apart scopes, one whose name begins like another included', () => {
    const other = entriesPrefix({ ...place, scope: 'branch-mai' }, '');
    expect(nameOf('n').startsWith(other)).toBe(false);
    expect(
      nameOf('k', { scope: 'pull-1' }).startsWith(entriesPrefix({ ...place, scope: 'pull-11' }, '')),
    ).toBe(false);
  });

  it('is another for other paths and other machines', () => {
    const name = nameOf('k');
    expect(isEntryOf(name, kind)).toBe(true);
    expect(isEntryOf(name, { ...kind, paths: ['lib'] })).toBe(false);
    expect(isEntryOf(name, { ...kind, arch: 'arm64' })).toBe(false);
    expect(isEntryOf(useName(name), kind)).toBe(false);
  });
});

describe('what has to go', () => {
  const blob = (key: string, sizeBytes: number, modifiedAtMs: number) => ({ key, sizeBytes, modifiedAtMs });

  it('is what was not used for the longest time, and what belongs to nothing', () => {
    const [a, b, c] = [nameOf('a'), nameOf('b'), nameOf('c')];
    const all = [
      blob(a, 40, 1),
      blob(useName(a), 0, 9),
      blob(b, 40, 2),
      blob(useName(b), 0, 3),
      blob(c, 40, 4),
    ];
    expect(chooseEvicted(all, 120)).toEqual([]);
    expect(chooseEvicted(all, 100)).toEqual([b, useName(b)]);
    expect(chooseEvicted([...all, blob(useName(nameOf('d')), 0, 99)], 120)).toEqual([useName(nameOf('d'))]);
    expect(chooseEvicted(all, 10)).toHaveLength(5);
  });
});
