import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useCheckout } from './support/use-checkout.ts';

const exec = promisify(execFile);

describe('submodules', () => {
  it('stand at their commits, each a repository of its own, with the credential nowhere in the workspace', async () => {
    const password = 'ghs_S3cretS3cretS3cret';
    const world = await useCheckout({ host: { password } });
    const deep = await world.repositoryAt('octo/deep');
    const deepSha = await deep.commit({ d: 'deep' });
    const lib = await world.repositoryAt('octo/lib');
    const libSha = await world.addSubmodule(lib, { path: 'parts/deep', url: '../deep', sha: deepSha });
    const sha = await world.addSubmodule(world.repository, {
      path: 'libs/my lib',
      url: '../lib',
      sha: libSha,
    });
    await lib.commit({ later: 'not wanted' });

    const credential = { username: 'x-access-token', password };
    const folder = await world.checkOut(
      { sha, credential },
      {
        submodules: 'recursive',
        ownerCredential: true,
      },
    );
    expect(await readFile(join(folder, 'libs/my lib/parts/deep/d'), 'utf8')).toBe('deep');
    expect(await world.git(folder, 'submodule', 'status', '--recursive')).toMatch(
      new RegExp(`^${libSha} libs/my lib \\(.*\\)\n ${deepSha} libs/my lib/parts/deep \\(.*\\)$`),
    );
    expect(await world.git(folder, 'status', '--porcelain')).toBe('');
    expect(await readdir(join(folder, 'libs/my lib'))).not.toContain('later');
    expect(await world.git(join(folder, 'libs/my lib'), 'remote', 'get-url', 'origin')).toBe(
      `${world.host.base}/octo/lib`,
    );
    for (const needle of [password, Buffer.from(`x-access-token:${password}`).toString('base64')]) {
      await expect(exec('grep', ['-raF', needle, folder])).rejects.toMatchObject({ code: 1 });
    }
    expect(world.notes).toContain('with 2 submodules');
  });

  it('of submodules, and all of them unless they are asked for, are left out', async () => {
    const world = await useCheckout();
    const lib = await world.repositoryAt('octo/lib');
    const libSha = await world.addSubmodule(lib, { path: 'deep', url: '../gone', sha: 'd'.repeat(40) });
    const sha = await world.addSubmodule(world.repository, { path: 'lib', url: '../lib', sha: libSha });
    const folder = await world.checkOut({ sha }, { submodules: true });
    expect(await readdir(join(folder, 'lib/deep'))).toEqual([]);
    expect(await readdir(join(await world.checkOut({ sha }, {}), 'lib'))).toEqual([]);
  });

  it('are fetched with the credential of the repository when they are of its owner, and without it from anybody else or for a fork', async () => {
    const asked: string[] = [];
    const world = await useCheckout({
      host: {
        intercept: ({ url, headers }) => {
          asked.push(`${headers.authorization === undefined ? 'nobody' : 'we'} ${url?.split('/')[1]}`);
          return false;
        },
      },
    });
    const shas = await Promise.all(
      ['octo/lib', 'other/lib'].map(async (name) => (await world.repositoryAt(name)).commit({ a: name })),
    );
    await world.addSubmodule(world.repository, { path: 'ours', url: '../lib', sha: shas[0] ?? '' });
    const url = `${world.host.base}/other/lib`;
    const sha = await world.addSubmodule(world.repository, { path: 'theirs', url, sha: shas[1] ?? '' });
    const credential = { username: 'x-access-token', password: 'secret' };
    const wanted = { submodules: true, ownerCredential: true } as const;
    const folder = await world.checkOut({ sha, credential }, wanted);
    expect(await readFile(join(folder, 'theirs/a'), 'utf8')).toBe('other/lib');
    expect([...new Set(asked)].sort()).toEqual(['nobody other', 'we octo']);
    asked.length = 0;
    await world.checkOut({ sha, credential }, { submodules: true });
    expect([...new Set(asked)].sort()).toEqual(['nobody octo']);
  });

  it('that were fetched with a credential are not there for a fork that names them', async () => {
    const password = 'secret';
    const world = await useCheckout({ host: { password } });
    const libSha = await (await world.repositoryAt('octo/lib')).commit({ a: 'private' });
    const sha = await world.addSubmodule(world.repository, { path: 'lib', url: '../lib', sha: libSha });
    const source = { sha, credential: { username: 'x-access-token', password } };
    await world.checkOut(source, { submodules: true, ownerCredential: true });
    await expect(world.checkOut(source, { submodules: true })).rejects.toMatchObject({
      code: 'authentication',
    });
  });

  it('are asked for without a credential that does not hold for them', async () => {
    const world = await useCheckout({
      host: {
        intercept: ({ url, headers }, response) => {
          if (!url?.startsWith('/octo/lib') || headers.authorization === undefined) return false;
          response.writeHead(403).end();
          return true;
        },
      },
    });
    const libSha = await (await world.repositoryAt('octo/lib')).commit({ a: '1' });
    const sha = await world.addSubmodule(world.repository, { path: 'lib', url: '../lib', sha: libSha });
    const credential = { username: 'x-access-token', password: 'for the app alone' };
    const wanted = { submodules: true, ownerCredential: true } as const;
    const folder = await world.checkOut({ sha, credential }, wanted);
    expect(await readFile(join(folder, 'lib/a'), 'utf8')).toBe('1');
  });

  it('that name a commit which is not there are told by path, URL and commit, and nothing stays behind', async () => {
    const world = await useCheckout();
    await (await world.repositoryAt('octo/lib')).commit({ a: '1' });
    const missing = 'd'.repeat(40);
    const sha = await world.addSubmodule(world.repository, { path: 'libs/lib', url: '../lib', sha: missing });
    const checkout = world.checkOut({ sha }, { submodules: true });
    await expect(checkout).rejects.toMatchObject({
      code: 'commit-unreachable',
      message: expect.stringContaining(`submodule libs/lib (../lib at ${missing}): `),
    });
    expect(await readdir(world.lastFolder())).toEqual([]);
  });

  it.each([
    ['file:///etc', 'submodule-url'],
    ['ext::sh -c touch% /tmp/hookline-trap', 'submodule-url'],
    ['--upload-pack=touch /tmp/hookline-trap', 'submodule-url'],
    ['../nobody', 'not-found'],
    ['http://127.0.0.1:9/octo/lib', 'bad-source'],
  ])('at %s are refused', async (url, code) => {
    const world = await useCheckout();
    const sha = await world.addSubmodule(world.repository, { path: 'lib', url, sha: 'd'.repeat(40) });
    await expect(world.checkOut({ sha }, { submodules: true })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^submodule lib \(/),
    });
    await expect(stat('/tmp/hookline-trap')).rejects.toThrow();
  });

  it('run nothing that .gitmodules asks for, and a .gitmodules that is a link is refused', async () => {
    const world = await useCheckout();
    const lib = await world.repositoryAt('octo/lib');
    const libSha = await lib.commit({ a: '1', '.gitmodules': '[include]\n\tpath = /etc/passwd\n' });
    const trap = join(world.folder, 'sprung');
    const extra = `\tupdate = !touch ${trap}\n\tbranch = -x\n\tignore = all\n`;
    const sha = await world.addSubmodule(world.repository, {
      path: 'lib',
      url: '../lib',
      sha: libSha,
      extra,
    });
    const folder = await world.checkOut({ sha }, { submodules: 'recursive' });
    expect(await readFile(join(folder, 'lib/a'), 'utf8')).toBe('1');
    await expect(stat(trap)).rejects.toThrow();
    const linked = await world.repository.commitEntry('120000', '.gitmodules', '/etc/passwd');
    await expect(world.checkOut({ sha: linked }, { submodules: true })).rejects.toMatchObject({
      code: 'unsafe-tree',
    });
  });

  it('are found by a server that gives no commit by its id, when a branch or tag leads to it', async () => {
    const world = await useCheckout({
      host: {
        // Version 0 of the protocol, in which servers keep to what has a name.
        intercept: ({ headers, url }) => {
          if (url?.startsWith('/octo/lib')) delete headers['git-protocol'];
          return false;
        },
      },
    });
    const lib = await world.repositoryAt('octo/lib');
    const libSha = await lib.commit({ a: '1' });
    await lib.commit({ a: '2' });
    const sha = await world.addSubmodule(world.repository, { path: 'lib', url: '../lib', sha: libSha });
    const folder = await world.checkOut({ sha }, { submodules: true });
    expect(await readFile(join(folder, 'lib/a'), 'utf8')).toBe('1');
  });
});
