import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findWorkingTree } from '../../../src/local/find-working-tree.ts';
import { makeSnapshot } from '../../../src/local/make-snapshot.ts';
import { readWorkingTree } from '../../../src/local/working-tree.ts';
import { git } from '../../githost/git-program.ts';
import { openWorkingCopy } from '../../support/working-copy.ts';

const { signal } = new AbortController();

async function openTree() {
  const directory = mkdtempSync(join(tmpdir(), 'hookline-tree-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const root = join(directory, 'shop');
  const copy = await openWorkingCopy(root, { origin: 'https://git.example.org/octo/shop.git' });
  const write = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const to = join(directory, 'copy');
  return {
    ...{ root, copy, write, to },
    async take(leaveOut: string[] = []) {
      const { head, repository } = await readWorkingTree(root, signal);
      const ref = 'refs/heads/main';
      const source = head && { repository, cloneUrl: `file://${root}`, ref, sha: head.sha };
      return makeSnapshot({ root, leaveOut, ...(source ? { source } : {}) }, to, signal);
    },
    read: (path: string) => readFileSync(join(to, path), 'utf8'),
    has: (path: string) => existsSync(join(to, path)),
  };
}

describe('the copy of a working tree', () => {
  it('holds what git tracks as it lies there and what is new, and nothing that is ignored or deleted', async () => {
    const { root, copy, write, take, read, has, to } = await openTree();
    write('gone.txt', 'x');
    write('run.sh', '#!/bin/sh\n');
    await symlink('run.sh', join(root, 'link'));
    await copy.commit('.gitignore', 'node_modules/\n*.log\n');
    write('run.sh', 'changed');
    write('new/deep.txt', 'new');
    write('node_modules/x.js', 'x');
    write('out/made.txt', 'x');
    write('build.log', 'x');
    rmSync(join(root, 'gone.txt'));
    expect(await take(['out'])).toEqual({ files: 4 });
    expect(read('run.sh')).toBe('changed');
    expect(read('new/deep.txt')).toBe('new');
    expect(lstatSync(join(to, 'link')).isSymbolicLink()).toBe(true);
    expect(['gone.txt', 'node_modules', 'build.log', 'out'].filter(has)).toEqual([]);
  });

  it('has a repository of its own, with the commit and the changes to it', async () => {
    const { copy, write, take, to, root } = await openTree();
    await copy.commit('a.txt', 'one');
    const sha = await copy.commit('b.txt', 'two', 'Second');
    write('a.txt', 'changed');
    write('c.txt', 'new');
    const objects = readdirSync(join(root, '.git/objects'), { recursive: true }).length;
    await take();
    expect((await git(to, ['log', '--format=%H %s'])).trim()).toBe(`${sha} Second`);
    expect((await git(to, ['status', '--short'])).trimEnd()).toBe(' M a.txt\n?? c.txt');
    expect((await git(to, ['symbolic-ref', 'HEAD'])).trim()).toBe('refs/heads/main');
    // The tree itself is as it was.
    expect(readdirSync(join(root, '.git/objects'), { recursive: true })).toHaveLength(objects);
  });

  it('is there before the first commit, and says that it has no repository', async () => {
    const { write, take, read } = await openTree();
    write('a.txt', 'one');
    expect(await take()).toEqual({ files: 1, withoutGit: 'there is no commit yet' });
    expect(read('a.txt')).toBe('one');
  });

  it('follows no link that took the place of a folder', async () => {
    const { root, copy, write, take, has, to } = await openTree();
    write('folder/secret.txt', 'x');
    await copy.commit('a.txt', 'one');
    rmSync(join(root, 'folder'), { recursive: true });
    await symlink('/etc', join(root, 'folder'));
    await take();
    expect(lstatSync(join(to, 'folder')).isSymbolicLink()).toBe(true);
    expect(has('folder/secret.txt')).toBe(false);
  });

  it('holds the files of submodules', async () => {
    const { root, copy, write, take, read } = await openTree();
    const inner = await openWorkingCopy(join(root, 'lib'));
    await inner.commit('inner.txt', 'one');
    await copy.commit('a.txt', 'one');
    write('lib/new.txt', 'new');
    await take();
    expect([read('lib/inner.txt'), read('lib/new.txt')]).toEqual(['one', 'new']);
  });
});

describe('a working tree', () => {
  it('is found from any folder below, and described by git', async () => {
    const { root, copy, write } = await openTree();
    await copy.commit('a/b.txt', 'one', 'First');
    write('c.txt', 'new');
    expect(findWorkingTree(join(root, 'a'))).toBe(root);
    expect(await readWorkingTree(root, signal)).toMatchObject({
      repository: 'octo/shop',
      branch: 'main',
      changes: 1,
      head: { subject: 'First', authorName: 'Ada' },
    });
  });
});
