import { execFileSync, spawnSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import {
  appendFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectFiles } from '../../../runners/artifacts/collect-files.ts';
import { extractZip } from '../../../runners/artifacts/extract-zip.ts';
import { PIECE_BYTES } from '../../../runners/artifacts/plan-zip-steps.ts';
import type { ZipEntry } from '../../../runners/artifacts/zip-entry.ts';
import { writeZip } from '../../../runners/artifacts/zip-writer.ts';
import { makeTree, tempDirectory } from './temp-tree.ts';
import { saved, textEntry, zipBytes, zipFile } from './zip-bytes.ts';

const MIB = 1 << 20;

/** The same bytes in every run, that no compressor makes smaller. */
function noise(sizeBytes: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(sizeBytes));
}

function prose(sizeBytes: number): Buffer {
  const line = (_: unknown, i: number) => `line ${i} of a file that compresses ${i % 97} times better\n`;
  return Buffer.from(Array.from({ length: sizeBytes / 40 }, line).join('')).subarray(0, sizeBytes);
}

/** What this process has open, where the system tells. The descriptor that lists them is gone when it is looked at. */
function openPaths(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

/** One of everything: what must keep its mode, its name, its kind, and files on both sides of the size that is cut in pieces. */
async function mixedTree(): Promise<ZipEntry[]> {
  const root = makeTree({
    'empty.txt': '',
    'empty-directory': null,
    'bin/run.sh': { script: '#!/bin/sh\necho hi\n' },
    'bin/link': { link: 'run.sh' },
    'grüße/日本語 😀.txt': 'unicode',
    'small.txt': prose(10_000),
    'noise.bin': noise(100_000),
    'exactly-one-piece.txt': prose(PIECE_BYTES),
    'one-byte-more.txt': prose(PIECE_BYTES + 1),
    'large.txt': prose(3 * MIB + 12_345),
    'large-noise.bin': Buffer.concat([noise(2 * MIB), prose(MIB), noise(70_000)]),
  });
  return collectFiles({ root, patterns: ['.'] });
}

function hasTool(command: string, args: string[]): boolean {
  const found = spawnSync(command, args).status === 0;
  if (!found) console.warn(`${command} is not installed: the zip was checked by our own reader only`);
  return found;
}

describe('a written zip', () => {
  it('has the same bytes whatever the number of workers and the order of the entries', async () => {
    const entries = await mixedTree();
    const { bytes, written } = await zipBytes(entries, { workers: 0 });
    for (const workers of [1, 2, 3]) {
      expect((await zipBytes(entries.toReversed(), { workers })).written).toEqual(written);
    }
    expect(written).toEqual({
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      fileCount: entries.length,
    });
  });

  it('is what unzip, zipinfo and Python take for a sound zip with its modes, links and names', async () => {
    const file = await zipFile(await mixedTree());
    const directory = tempDirectory();
    await extractZip({ file, directory, limits: { maxFiles: 100, maxBytes: 100 * MIB } });
    expect(readdirSync(directory)).toHaveLength(10);

    if (hasTool('unzip', ['-v'])) {
      expect(execFileSync('unzip', ['-tq', file], { encoding: 'utf8' })).toContain('No errors');
      const other = tempDirectory();
      execFileSync('unzip', ['-q', file, '-d', other]);
      expect(
        spawnSync('diff', ['-r', '--no-dereference', directory, other], { encoding: 'utf8' }).stdout,
      ).toBe('');
    }
    if (hasTool('zipinfo', ['-h', file])) {
      const listing = execFileSync('zipinfo', [file], { encoding: 'utf8' });
      expect(listing).toMatch(/^-rwxr-xr-x .* 80-Jan-01 00:00 bin\/run\.sh$/m);
      expect(listing).toMatch(/^lrwxrwxrwx .* bin\/link$/m);
      expect(listing).toMatch(/^drwxr-xr-x .* empty-directory\/$/m);
    }
    if (hasTool('python3', ['--version'])) {
      const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as zip:
    assert zip.testzip() is None
    print(*sorted(zip.namelist()), sep='\\n')`;
      const listed = execFileSync('python3', ['-c', script, file], {
        encoding: 'utf8',
        env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
      });
      expect(listed).toContain('grüße/日本語 😀.txt');
    }
  });

  it('stores what does not shrink and deflates what does', async () => {
    const small = await zipBytes([
      { kind: 'content', name: 'a', mode: 0o644, content: prose(50_000) },
      { kind: 'content', name: 'b', mode: 0o644, content: noise(50_000) },
    ]);
    expect(small.bytes.length).toBeGreaterThan(50_000);
    expect(small.bytes.length).toBeLessThan(65_000);
    const root = makeTree({ 'large.bin': noise(5 * MIB) });
    const { written } = await zipBytes(await collectFiles({ root, patterns: ['.'] }));
    expect(written.sizeBytes).toBeLessThan(5 * MIB * 1.001);
  });

  it('without entries is a zip that can be read', async () => {
    const file = saved((await zipBytes([])).bytes);
    expect(
      await extractZip({ file, directory: tempDirectory(), limits: { maxFiles: 1, maxBytes: 1 } }),
    ).toEqual({
      fileCount: 0,
      sizeBytes: 0,
    });
  });

  it('holds 70,000 entries, more than the plain format can count', async () => {
    const entries = Array.from({ length: 70_000 }, (_, i) => textEntry(`f${i}`, ''));
    const file = await zipFile(entries);
    if (hasTool('zipinfo', ['-h', file])) {
      expect(execFileSync('zipinfo', ['-h', file], { encoding: 'utf8' })).toContain(
        'number of entries: 70000',
      );
    }
    const limits = { maxFiles: 70_000, maxBytes: 0 };
    expect(await extractZip({ file, directory: tempDirectory(), limits })).toEqual({
      fileCount: 70_000,
      sizeBytes: 0,
    });
  });

  it('leaves the memory of in-memory files alone', async () => {
    const content = Buffer.alloc(20_000, 'x');
    await zipBytes([{ kind: 'content', name: 'a', mode: 0o644, content }], { level: 0, workers: 0 });
    expect(content.toString()).toBe('x'.repeat(20_000));
  });

  it('refuses two entries of one name', async () => {
    await expect(zipBytes([textEntry('a'), textEntry('a')])).rejects.toMatchObject({ code: 'name-twice' });
  });
});

describe('a file that changes while it is packed', () => {
  const changes: [string, (path: string) => void, RegExp][] = [
    ['shrank', (path) => truncateSync(path, 3), /victim shrank/],
    ['grew', (path) => appendFileSync(path, 'more'), /victim grew/],
    ['vanished', (path) => rmSync(path), /victim vanished/],
    [
      'became a link',
      (path) => {
        rmSync(path);
        symlinkSync('/etc/passwd', path);
      },
      /victim became a symbolic link/,
    ],
  ];
  const sizes = [
    ['small', 1000],
    ['large', 2 * MIB],
  ] as const;

  describe.each(sizes)('being %s', (_, sizeBytes) => {
    it.each(changes)('and %s is named in the error', async (_what, change, message) => {
      const root = makeTree({ victim: prose(sizeBytes), other: 'x' });
      const entries = await collectFiles({ root, patterns: ['.'] });
      change(join(root, 'victim'));
      for (const workers of [0, 2]) {
        const { stream, done } = writeZip(entries, { workers });
        await expect(Array.fromAsync(stream)).rejects.toMatchObject({
          code: 'file-changed',
          message: expect.stringMatching(message),
        });
        await expect(done).rejects.toMatchObject({ code: 'file-changed' });
      }
    });
  });

  it('and shrinks between its pieces is named in the error', async () => {
    const root = makeTree({ victim: prose(30 * MIB) });
    const path = join(root, 'victim');
    const { stream } = writeZip(await collectFiles({ root, patterns: ['.'] }), { workers: 1 });
    const read = async () => {
      let chunks = 0;
      for await (const _ of stream) if (++chunks === 3) truncateSync(path, 4 * MIB);
    };
    await expect(read()).rejects.toMatchObject({ code: 'file-changed' });
  });
});

describe('writing a zip', () => {
  it.each([0, 2])('with %i workers stops with its signal, and says why', async (workers) => {
    const root = makeTree({ large: noise(20 * MIB) });
    const entries = await collectFiles({ root, patterns: ['.'] });
    const controller = new AbortController();
    const { stream, done } = writeZip(entries, { workers, signal: controller.signal });
    const read = async () => {
      for await (const _ of stream) controller.abort(new Error('job cancelled'));
    };
    await expect(read()).rejects.toThrow('job cancelled');
    await expect(done).rejects.toThrow('job cancelled');
  });

  it('leaves no file open when its reader leaves early', async () => {
    const root = makeTree({ large: noise(20 * MIB) });
    const { stream, done } = writeZip(await collectFiles({ root, patterns: ['.'] }), { workers: 2 });
    for await (const _ of stream) break;
    await expect(done).rejects.toThrow('not read to its end');
    expect(openPaths().filter((path) => path.startsWith(root))).toEqual([]);
  });

  it('does not run ahead of its reader by more than a few pieces', async () => {
    const root = makeTree({ 'a-first': 'x' });
    for (let i = 0; i < 40; i++) writeFileSync(join(root, `file-${String(i).padStart(2, '0')}`), noise(MIB));
    const entries = await collectFiles({ root, patterns: ['.'] });
    const iterator = writeZip(entries, { workers: 2 }).stream[Symbol.asyncIterator]();
    await iterator.next();
    // Had the last file been read already, its absence could not be noticed.
    rmSync(join(root, 'file-39'));
    const rest = async () => {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next());
    };
    await expect(rest()).rejects.toMatchObject({ code: 'file-changed' });
  });
});
