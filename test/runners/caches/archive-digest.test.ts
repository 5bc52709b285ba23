import { execFile } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, open, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { archiveDigest } from '../../../runners/caches/archive-digest.ts';

const run = promisify(execFile);
const { signal } = new AbortController();
const long = `${'deep/'.repeat(40)}${'n'.repeat(120)}`;

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-digest-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function makeTree(): Promise<string> {
  const tree = await temporary();
  await mkdir(join(tree, 'lib/empty'), { recursive: true });
  await mkdir(join(tree, 'lib/deep'));
  await mkdir(join(tree, 'lib', long, '..'), { recursive: true });
  await writeFile(join(tree, 'lib', long), 'long');
  await writeFile(join(tree, 'lib/large'), Buffer.alloc(1_500_000, 7));
  await writeFile(join(tree, 'lib/ü "x"'), '');
  await symlink(`/somewhere/${long}`, join(tree, 'lib/link'));
  await writeFile(join(tree, 'lib/a'), 'a', { mode: 0o755 });
  return tree;
}

async function digestOf(tree: string, command: string[] = ['tar', '-cf']): Promise<string | undefined> {
  const file = join(await temporary(), 'archive.tar');
  const [program = '', ...options] = command;
  await run(program, [...options, file, '-C', tree, 'lib']);
  return digestOfFile(file);
}

async function digestOfFile(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    return await archiveDigest(file, { signal });
  } finally {
    await file.close();
  }
}

describe('the digest of an archive', () => {
  it('is that of its files, whenever and by whichever program they were packed', async () => {
    const tree = await makeTree();
    const digest = await digestOf(tree);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    for (const name of ['lib/a', 'lib/empty', 'lib/large']) await utimes(join(tree, name), 1, 1);
    expect(await digestOf(tree)).toBe(digest);
    expect(await digestOf(tree, ['tar', '--format=pax', '--sort=name', '-cf'])).toBe(digest);
    expect(await digestOf(tree, ['busybox', 'tar', '-cf'])).toBe(digest);
  });

  it.each([
    ['a content', (tree: string) => writeFile(join(tree, 'lib/a'), 'b')],
    [
      'one byte of a large file',
      (tree: string) => writeFile(join(tree, 'lib/large'), Buffer.alloc(1_500_000, 8)),
    ],
    ['a mode', (tree: string) => chmod(join(tree, 'lib/a'), 0o644)],
    ['a file more', (tree: string) => writeFile(join(tree, 'lib/empty/new'), '')],
    ['a directory less', (tree: string) => rm(join(tree, 'lib/empty'), { recursive: true })],
    ['a long name', (tree: string) => writeFile(join(tree, 'lib', `${long}2`), 'long')],
    ['a hard link', (tree: string) => link(join(tree, 'lib/a'), join(tree, 'lib/same'))],
    [
      'the end of a long link',
      async (tree: string) => {
        await rm(join(tree, 'lib/link'));
        await symlink(`/somewhere/${long}2`, join(tree, 'lib/link'));
      },
    ],
  ])('is another with %s', async (_, change) => {
    const tree = await makeTree();
    const digest = await digestOf(tree);
    await change(tree);
    const changed = await digestOf(tree);
    expect(changed).toBeDefined();
    expect(changed).not.toBe(digest);
  });

  it('is none where the file is no archive, or not all of one', async () => {
    const directory = await temporary();
    const file = join(directory, 'archive.tar');
    await writeFile(file, 'no archive'.repeat(200));
    expect(await digestOfFile(file)).toBeUndefined();
    await run('tar', ['-cf', file, '-C', await makeTree(), 'lib/large']);
    await run('truncate', ['-s', '1000000', file]);
    expect(await digestOfFile(file)).toBeUndefined();
  });
});
