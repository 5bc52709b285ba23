import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  dictionary,
  oneof,
  record,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectFiles } from '../../../runners/artifacts/collect-files.ts';
import { extractZip } from '../../../runners/artifacts/extract-zip.ts';
import type { ZipEntry } from '../../../runners/artifacts/zip-entry.ts';
import { makeTree, type Tree, tempDirectory } from './temp-tree.ts';
import { saved, textEntry, zipBytes, zipFile } from './zip-bytes.ts';

const limits = { maxFiles: 1000, maxBytes: 100 << 20 };

function link(name: string, target: string): ZipEntry {
  return { kind: 'symlink', name, path: '', mode: 0o777, sizeBytes: target.length, target };
}

async function refusal(file: string, changed = limits): Promise<unknown> {
  const directory = join(tempDirectory(), 'out');
  const error = await extractZip({ file, directory, limits: changed }).then(
    () => expect.fail('was unpacked'),
    (thrown: unknown) => thrown,
  );
  expect(existsSync(directory) ? readdirSync(directory) : []).toEqual([]);
  return error;
}

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'ArtifactRefusal', code, message: expect.stringMatching(message) });

/** Writes another name of the same length over every place of `name`: how a zip comes by names that our writer refuses. */
function renamed(bytes: Buffer, name: string, other: string): Buffer {
  expect(Buffer.byteLength(other)).toBe(Buffer.byteLength(name));
  const changed = Buffer.from(bytes);
  for (let at = changed.indexOf(name); at >= 0; at = changed.indexOf(name, at + 1)) changed.write(other, at);
  return changed;
}

/** Where the central directory begins. */
function directoryOffset(bytes: Buffer): number {
  return bytes.readUInt32LE(bytes.length - 22 + 16);
}

describe('unpacking a zip', () => {
  it('gives files their contents and execute bit, whatever the umask, and links their targets', async () => {
    const root = makeTree({
      'bin/run': { script: 'x' },
      'etc/conf': 'key=1',
      current: { link: 'etc/conf' },
      empty: null,
    });
    const file = await zipFile(await collectFiles({ root, patterns: ['.'] }));
    const directory = join(tempDirectory(), 'made', 'for', 'it');
    expect(await extractZip({ file, directory, limits })).toEqual({ fileCount: 4, sizeBytes: 14 });
    expect(lstatSync(join(directory, 'bin/run')).mode & 0o7777).toBe(0o755);
    expect(lstatSync(join(directory, 'etc/conf')).mode & 0o7777).toBe(0o644);
    expect(readlinkSync(join(directory, 'current'))).toBe('etc/conf');
    expect(lstatSync(join(directory, 'empty')).isDirectory()).toBe(true);
  });

  it('gives back any tree that was packed', async () => {
    const name = array(constantFrom('a', 'b', 'C', 'ü', '日本', ' ', '.x', '-', '#'), {
      minLength: 1,
      maxLength: 3,
    });
    const path = array(name, { minLength: 1, maxLength: 3 }).map((parts) =>
      parts.map((p) => p.join('')).join('/'),
    );
    const content = oneof(
      uint8Array({ maxLength: 300 }),
      record({ script: constantFrom('#!/bin/sh\n', 'x'.repeat(5000)) }),
      record({ link: constantFrom('a', 'nowhere/at all') }),
      constantFrom(null),
    );
    await assert(
      asyncProperty(
        dictionary(path, content, { maxKeys: 12 }),
        constantFrom(0, 6, 9),
        async (wild, level) => {
          const tree: Tree = {};
          for (const [key, value] of Object.entries(wild)) {
            const clashes = (other: string) => other.startsWith(`${key}/`) || key.startsWith(`${other}/`);
            if (!Object.keys(tree).some(clashes)) tree[key] = value;
          }
          const root = makeTree(tree);
          const entries = Object.keys(tree).length === 0 ? [] : await collectFiles({ root, patterns: ['.'] });
          const directory = tempDirectory();
          await extractZip({ file: await zipFile(entries, { level, workers: 0 }), directory, limits });
          expect(listing(directory)).toEqual(listing(root));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stops with its signal and leaves nothing', async () => {
    const file = await zipFile([textEntry('a')]);
    const directory = tempDirectory();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(extractZip({ file, directory, limits, signal })).rejects.toThrow('enough');
    expect(readdirSync(directory)).toEqual([]);
  });
});

function listing(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const path = join(root, name);
    const stat = lstatSync(path);
    const what = stat.isSymbolicLink()
      ? readlinkSync(path)
      : stat.isFile()
        ? readFileSync(path).toString('hex')
        : 'directory';
    found[name] = `${stat.isDirectory() ? '' : (stat.mode & 0o111) !== 0} ${what}`;
  }
  return found;
}

describe('unpacking refuses', () => {
  it.each(['../evil', '/abs/evil', 'd/../evil', 'd//evil', './d/evil', 'd\\..\\evil', 'nul\0evil'])(
    'the name %j',
    async (name) => {
      const honest = 'n'.repeat(name.length);
      const { bytes } = await zipBytes([textEntry('before'), textEntry(honest, 'content')]);
      expect(await refusal(saved(renamed(bytes, honest, name)))).toEqual(refused('zip-unsafe', /evil/));
    },
  );

  it.each(['/etc', '../outside', 'a/../../outside'])('a link to %s', async (target) => {
    const file = await zipFile([textEntry('before'), link('door', target)]);
    expect(await refusal(file)).toEqual(refused('zip-unsafe', /door/));
  });

  it('a link that climbs behind another link', async () => {
    const file = await zipFile([link('a/b/up', '../..'), link('a/b/evil', 'up/../secret')]);
    expect(await refusal(file)).toEqual(refused('zip-unsafe', /evil/));
  });

  it('a file below a link, and a name that comes twice', async () => {
    const through = await zipBytes([link('door', 'd'), textEntry('d00r/file')]);
    expect(await refusal(saved(renamed(through.bytes, 'd00r', 'door')))).toEqual(
      refused('zip-unsafe', /door\/file/),
    );
    const twice = await zipBytes([textEntry('same'), textEntry('samf')]);
    expect(await refusal(saved(renamed(twice.bytes, 'samf', 'same')))).toEqual(refused('zip-unsafe', /same/));
  });

  it('a directory that is not empty, and leaves what is in it', async () => {
    const file = await zipFile([textEntry('a')]);
    const directory = tempDirectory();
    writeFileSync(join(directory, 'mine'), '');
    await expect(extractZip({ file, directory, limits })).rejects.toMatchObject({
      code: 'directory-not-empty',
    });
    expect(readdirSync(directory)).toEqual(['mine']);
  });

  it('more files or more bytes than the limits', async () => {
    const file = await zipFile([textEntry('a', 'x'.repeat(600)), textEntry('b', 'x'.repeat(600))]);
    expect(await refusal(file, { maxFiles: 1, maxBytes: 9999 })).toEqual(
      refused('zip-too-large', /2 entries/),
    );
    expect(await refusal(file, { maxFiles: 2, maxBytes: 1000 })).toEqual(
      refused('zip-too-large', /1200 bytes/),
    );
  });

  it.each([10_000, 5_000_000])('a bomb of %i bytes that lies about its size', async (sizeBytes) => {
    const { bytes } = await zipBytes([textEntry('bomb', 'x'.repeat(sizeBytes))]);
    bytes.writeUInt32LE(100, directoryOffset(bytes) + 24);
    expect(await refusal(saved(bytes))).toEqual(refused('zip-corrupt', /bomb.*100 bytes and gives more/));
  });

  it('a large bomb without writing more than it promised', async () => {
    const { bytes } = await zipBytes([textEntry('bomb', 'x'.repeat(5_000_000))]);
    bytes.writeUInt32LE(2_000_000, directoryOffset(bytes) + 24);
    expect(await refusal(saved(bytes))).toEqual(refused('zip-corrupt', /bomb/));
  });

  it('encrypted entries and methods it does not know', async () => {
    const { bytes } = await zipBytes([textEntry('secret')]);
    const at = directoryOffset(bytes);
    const encrypted = Buffer.from(bytes);
    encrypted.writeUInt16LE(0x0801, at + 8);
    expect(await refusal(saved(encrypted))).toEqual(refused('zip-unsupported', /encrypted/));
    const lzma = Buffer.from(bytes);
    lzma.writeUInt16LE(14, at + 10);
    expect(await refusal(saved(lzma))).toEqual(refused('zip-unsupported', /method 14/));
  });

  it('devices and other special files', async () => {
    const { bytes } = await zipBytes([textEntry('null')]);
    bytes.writeUInt16LE(0o020666, directoryOffset(bytes) + 40);
    expect(await refusal(saved(bytes))).toEqual(refused('zip-unsafe', /null/));
  });

  it('entries that share their data, the trick by which a small zip unpacks to petabytes', async () => {
    const { bytes } = await zipBytes([textEntry('a', 'x'.repeat(5000)), textEntry('b', 'x'.repeat(5000))]);
    const first = directoryOffset(bytes);
    const second = first + 47;
    bytes.writeUInt32LE(bytes.readUInt32LE(first + 20) + 40, first + 20);
    expect(bytes.readUInt32LE(second)).toBe(0x02014b50);
    expect(await refusal(saved(bytes))).toEqual(refused('zip-corrupt', /overlaps/));
  });

  it('contents that fail their checksum, and removes what it wrote', async () => {
    const { bytes } = await zipBytes([textEntry('a'), textEntry('b', 'stored as it is')]);
    expect(await refusal(saved(renamed(bytes, 'stored', 'STORED')))).toEqual(
      refused('zip-corrupt', /"b".*checksum/),
    );
  });

  it('a zip that is cut off anywhere', async () => {
    const { bytes } = await zipBytes([
      textEntry('a', 'x'.repeat(300)),
      textEntry('dir/b', 'short'),
      link('l', 'a'),
    ]);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(await refusal(saved(bytes.subarray(0, length)))).toEqual(refused('zip-corrupt', /./));
    }
  });

  it('a zip with any byte changed, or unpacks just what was packed', async () => {
    const text = 'to be or not to be, that is the question; to be or not to be';
    const { bytes } = await zipBytes([textEntry('a', text), textEntry('dir/b', 'short')]);
    let refusals = 0;
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x15;
      const directory = tempDirectory();
      try {
        await extractZip({ file: saved(damaged), directory, limits });
        const contents = readdirSync(directory, { recursive: true, encoding: 'utf8' })
          .map((name) => join(directory, name))
          .filter((path) => lstatSync(path).isFile())
          .map((path) => readFileSync(path, 'utf8'));
        expect(contents.sort()).toEqual(['short', text]);
      } catch (error) {
        expect(error).toMatchObject({ name: 'ArtifactRefusal' });
        refusals++;
      }
    }
    expect(refusals).toBeGreaterThan(bytes.length / 2);
  });

  it('what is no zip at all', async () => {
    expect(await refusal(saved(Buffer.from('<html>not found</html>')))).toEqual(
      refused('zip-corrupt', /no end record/),
    );
  });
});
