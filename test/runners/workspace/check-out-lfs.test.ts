import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { keepInLfs, type LfsObjects, lfsApi } from '../../githost/lfs-api.ts';
import { useCheckout } from './support/use-checkout.ts';

const exec = promisify(execFile);
const attributes = '*.bin filter=lfs diff=lfs merge=lfs -text\n';

async function useLfs(options: { password?: string; init?: string[] } = {}) {
  const objects: LfsObjects = new Map();
  const asked: (string | undefined)[] = [];
  const answer = lfsApi({
    objects,
    mayRead: (_, { headers }) => {
      asked.push(headers.authorization);
      const given = Buffer.from(headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString();
      return options.password === undefined || given === `x-access-token:${options.password}`;
    },
  });
  const { password, init } = options;
  const host = { intercept: answer, ...(password === undefined ? {} : { password }) };
  const world = await useCheckout({ host, ...(init ? { init } : {}) });
  return { ...world, objects, asked };
}

describe('files in Git LFS', () => {
  it('are there as they are, and git has nothing to say against it, without git-lfs', async () => {
    const password = 'ghs_S3cretS3cretS3cret';
    const world = await useLfs({ password });
    const large = Buffer.alloc(3_000_000, 'hookline');
    const pointer = keepInLfs(world.objects, large);
    const sha = await world.repository.commit({
      '.gitattributes': attributes,
      'a b/large.bin': pointer,
      'twice.bin': pointer,
      'empty.bin': '',
      'plain.bin': 'committed as it is\n',
      'pointer.txt': pointer,
    });
    await world.repository.git('update-index', '--chmod=+x', 'twice.bin');
    await world.repository.git('commit', '-q', '-m', 'Run it');
    const runnable = await world.repository.git('rev-parse', 'HEAD');
    expect(runnable).not.toBe(sha);
    const credential = { username: 'x-access-token', password };
    const folder = await world.checkOut({ sha: runnable, credential }, { lfs: true });
    expect((await readFile(join(folder, 'a b/large.bin'))).equals(large)).toBe(true);
    expect((await stat(join(folder, 'twice.bin'))).mode & 0o111).toBe(0o111);
    expect((await stat(join(folder, 'empty.bin'))).size).toBe(0);
    expect(await readFile(join(folder, 'plain.bin'), 'utf8')).toBe('committed as it is\n');
    expect(await readFile(join(folder, 'pointer.txt'), 'utf8')).toBe(pointer);
    expect(await world.git(folder, 'status', '--porcelain')).toBe('');
    expect(await world.git(folder, 'fsck', '--full')).toBe('');
    for (const needle of [password, Buffer.from(`x-access-token:${password}`).toString('base64')]) {
      await expect(exec('grep', ['-raF', needle, folder])).rejects.toMatchObject({ code: 1 });
    }
    expect(world.notes).toContain('with 2 files in Git LFS, 6000000 bytes');
  });

  it('stay pointers when nobody asks for them', async () => {
    const world = await useLfs();
    const pointer = keepInLfs(world.objects, 'content');
    const sha = await world.repository.commit({ '.gitattributes': attributes, 'a.bin': pointer });
    const folder = await world.checkOut({ sha }, {});
    expect(await readFile(join(folder, 'a.bin'), 'utf8')).toBe(pointer);
    expect(world.asked).toEqual([]);
  });

  it('are fetched once for all workspaces, and no job can change what the next one gets', async () => {
    const world = await useLfs({ init: ['--object-format=sha256'] });
    const pointer = keepInLfs(world.objects, 'content');
    const sha = await world.repository.commit({ '.gitattributes': attributes, 'a.bin': pointer });
    const first = await world.checkOut({ sha }, { lfs: true });
    const fetched = world.asked.length;
    await exec('sh', ['-c', 'echo changed > a.bin'], { cwd: first });
    const second = await world.checkOut({ sha }, { lfs: true });
    expect(await readFile(join(second, 'a.bin'), 'utf8')).toBe('content');
    expect((await stat(join(second, 'a.bin'))).nlink).toBe(1);
    expect(world.asked.length).toBe(fetched);
    expect(await world.git(second, 'status', '--porcelain')).toBe('');
    expect(await world.git(first, 'status', '--porcelain')).toBe('M a.bin');
  });

  it('of submodules are fetched from where those are', async () => {
    const world = await useLfs();
    const lib = await world.repositoryAt('octo/lib');
    const pointer = keepInLfs(world.objects, 'of the library');
    const libSha = await lib.commit({ '.gitattributes': attributes, 'l.bin': pointer });
    const sha = await world.addSubmodule(world.repository, { path: 'lib', url: '../lib', sha: libSha });
    const folder = await world.checkOut({ sha }, { lfs: true, submodules: true });
    expect(await readFile(join(folder, 'lib/l.bin'), 'utf8')).toBe('of the library');
    expect(await world.git(folder, 'status', '--porcelain')).toBe('');
  });

  it.each([
    ['is not there', 'lfs-missing', undefined],
    ['is shorter', 'lfs-mismatch', 'short'],
    ['is longer', 'lfs-mismatch', 'content and more'],
    ['is another of the same length', 'lfs-mismatch', 'CONTENT'],
  ])('of which one %s are a refusal, and nothing stays behind', async (_, code, served) => {
    const world = await useLfs();
    const pointer = keepInLfs(world.objects, 'content');
    const [oid = ''] = world.objects.keys();
    if (served === undefined) world.objects.delete(oid);
    else world.objects.set(oid, Buffer.from(served));
    const sha = await world.repository.commit({ '.gitattributes': attributes, 'a.bin': pointer });
    await expect(world.checkOut({ sha }, { lfs: true })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(oid),
    });
    expect(await readdir(world.lastFolder())).toEqual([]);
    expect(
      (await readdir(join(world.folder, 'lfs'), { recursive: true }).catch(() => [])).join(),
    ).not.toContain(oid);
  });

  it('are refused by a server that wants a credential and gets none', async () => {
    const objects: LfsObjects = new Map();
    const intercept = lfsApi({ objects, mayRead: () => false });
    const world = await useCheckout({ host: { intercept } });
    const pointer = keepInLfs(objects, 'content');
    const sha = await world.repository.commit({ '.gitattributes': attributes, 'a.bin': pointer });
    await expect(world.checkOut({ sha }, { lfs: true })).rejects.toMatchObject({ code: 'authentication' });
  });
});
