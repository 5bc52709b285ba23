import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { collectFiles } from '../../../runners/artifacts/collect-files.ts';
import { type TarFormat, writeTar } from '../../../runners/artifacts/tar-writer.ts';
import { readTarHeader } from '../../../runners/caches/tar-header.ts';
import { makeTree, tempDirectory } from './temp-tree.ts';

const long = `${'deep/'.repeat(40)}file-with-a-name-that-no-header-has-room-for.txt`;
const tree = () =>
  makeTree({
    'empty.txt': '',
    'empty-directory': null,
    'bin/run.sh': { script: '#!/bin/sh\necho hi\n' },
    'bin/link': { link: 'run.sh' },
    'far-link': { link: long },
    'grüße/日本語 😀.txt': 'unicode',
    'grüße/link': { link: '日本語 😀.txt' },
    [long]: 'deep',
    'exactly-a-block.txt': 'b'.repeat(512),
    'large.txt': 'a line that compresses well\n'.repeat(40_000),
  });
const formats: TarFormat[] = ['tar.gz', 'tar.zst'];

async function packed(root: string, format: TarFormat): Promise<Buffer> {
  const { stream, done } = writeTar(await collectFiles({ root, patterns: ['.'] }), format);
  const bytes = Buffer.concat(await Array.fromAsync(stream));
  expect(await done).toMatchObject({
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  return bytes;
}

const unpacked = (bytes: Buffer, format: TarFormat) =>
  format === 'tar.gz' ? gunzipSync(bytes) : zstdDecompressSync(bytes);

/** Everything below a directory with its kind, mode and contents. */
function listed(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const found = lstatSync(join(root, name));
      if (found.isSymbolicLink()) return `${name} -> ${readlinkSync(join(root, name))}`;
      const mode = (found.mode & 0o777).toString(8);
      return found.isDirectory() ? `${name}/` : `${name} ${mode} ${readFileSync(join(root, name), 'hex')}`;
    })
    .sort();
}

describe('an artifact as a compressed tar', () => {
  it.each(formats)(
    '%s has the same bytes for the same tree, whenever and wherever it was made',
    async (format) => {
      const [one, other] = [tree(), tree()];
      utimesSync(join(other, 'large.txt'), 1, 1);
      expect((await packed(one, format)).equals(await packed(other, format))).toBe(true);
    },
  );

  it('tells no time and no system in its gzip header', async () => {
    const header = (await packed(tree(), 'tar.gz')).subarray(0, 10);
    expect([...header]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  });

  it.each([
    ['tar', '-xpf'],
    ['busybox', 'tar', '-xpf'],
  ])('is unpacked by %s %s with its kinds, modes, names and links', async (program, ...options) => {
    const root = tree();
    for (const format of formats) {
      const into = tempDirectory();
      const file = join(tempDirectory(), 'a.tar');
      writeFileSync(file, unpacked(await packed(root, format), format));
      execFileSync(program, [...options, file, '-C', into], { stdio: ['ignore', 'ignore', 'pipe'] });
      expect(listed(into)).toEqual(listed(root));
    }
  });

  it('is unpacked by GNU tar without a word, and lists names in order, with one owner and one day', async () => {
    const file = join(tempDirectory(), 'a.tar.gz');
    writeFileSync(file, await packed(tree(), 'tar.gz'));
    const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' };
    const list = execFileSync('tar', ['--numeric-owner', '--quoting-style=literal', '-tvzf', file], { env });
    const lines = list.toString().trim().split('\n');
    expect(lines).toHaveLength(10);
    for (const line of lines) expect(line).toMatch(/^\S+ 0\/0 +\d+ 1980-01-01 00:00 /);
    const names = lines.map((line) => line.replace(/^.*00:00 /, '').replace(/ -> .*$/, ''));
    expect(names).toEqual(names.toSorted());
  });

  it('says the size of a file beyond the eight GiB that a header has room for', async () => {
    const { encodeTarHeader } = await import('../../../runners/artifacts/tar-format.ts');
    const sizeBytes = 8 * 2 ** 30;
    const header = encodeTarHeader({ kind: 'file', name: 'huge', mode: 0o644, sizeBytes });
    expect(header.toString('latin1')).toContain('19 size=8589934592\n');
    expect(readTarHeader(header.subarray(0, 512))).toMatchObject({ kind: 'x', sizeBytes: 19 });
    expect(readTarHeader(header.subarray(1024))).toMatchObject({ kind: '0', name: 'huge' });
  });

  it('is refused when a file changes while it is packed, and lets go of files when nobody reads on', async () => {
    const root = tree();
    const entries = await collectFiles({ root, patterns: ['.'] });
    appendFileSync(join(root, 'large.txt'), 'more');
    const grown = writeTar(entries, 'tar.gz');
    await expect(Array.fromAsync(grown.stream)).rejects.toMatchObject({ code: 'file-changed' });
    await expect(grown.done).rejects.toMatchObject({ code: 'file-changed' });

    const left = writeTar(await collectFiles({ root, patterns: ['.'] }), 'tar.zst');
    for await (const bytes of left.stream) {
      expect(bytes.length).toBeGreaterThan(0);
      break;
    }
    await expect(left.done).rejects.toThrow('not read to its end');
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)];
      } catch {
        return [];
      }
    });
    expect(open.filter((path) => path.startsWith(root))).toEqual([]);
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const { stream, done } = writeTar(await collectFiles({ root: tree(), patterns: ['.'] }), 'tar.gz', stop);
    stop.abort(new Error('stopped'));
    await expect(Array.fromAsync(stream)).rejects.toThrow();
    await expect(done).rejects.toThrow();
  });
});
