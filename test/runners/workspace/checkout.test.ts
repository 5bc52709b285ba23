import { execFile } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkout } from '../../../runners/workspace/checkout.ts';
import { type Scratch, useScratch } from './support/use-scratch.ts';

const exec = promisify(execFile);

/** Runs git in a finished workspace as a job would, and fails on anything it complains about. */
async function git(folder: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' };
  return (await exec('git', args, { cwd: folder, env })).stdout.trim();
}

async function checkedOut(
  scratch: Scratch,
  ...[sha, changes]: Parameters<Scratch['source']>
): Promise<string> {
  const folder = join(scratch.folder, 'work');
  await checkout(scratch.mirrors, scratch.source(sha, changes), folder);
  return folder;
}

describe('a checkout', () => {
  it('is a clean working tree on its branch, with a whole repository of one commit', async () => {
    const scratch = await useScratch();
    await scratch.repository.commit({ a: '0' });
    const sha = await scratch.repository.commit({ a: '1', 'dir/b.sh': '#!/bin/sh\n', '.gitignore': 'out\n' });
    const folder = await checkedOut(scratch, sha);
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('1');
    expect(await git(folder, 'status', '--porcelain=v2', '--branch')).toBe(
      `# branch.oid ${sha}\n# branch.head main\n# branch.upstream origin/main\n# branch.ab +0 -0`,
    );
    expect(await git(folder, 'fsck', '--full', '--strict')).toBe('');
    expect(await git(folder, 'log', '--format=%H')).toBe(sha);
    expect(await git(folder, 'rev-parse', '--is-shallow-repository')).toBe('true');
    expect(await git(folder, 'remote', 'get-url', 'origin')).toBe(scratch.source(sha).cloneUrl);
    expect(await git(folder, 'diff', 'HEAD', '--stat')).toBe('');
  });

  it('shares nothing with the mirror and names neither it nor a credential', async () => {
    const password = 'ghs_S3cretS3cretS3cret';
    const scratch = await useScratch({ host: { password } });
    const sha = await scratch.repository.commit({ a: '1' });
    const folder = await checkedOut(scratch, sha, { credential: { username: 'x-access-token', password } });
    for (const needle of [
      password,
      Buffer.from(`x-access-token:${password}`).toString('base64'),
      scratch.mirrorFolder,
    ]) {
      await expect(exec('grep', ['-raF', needle, folder])).rejects.toMatchObject({ code: 1 });
    }
    for (const name of await readdir(join(folder, '.git'), { recursive: true })) {
      const stats = await lstat(join(folder, '.git', name));
      expect(stats.isDirectory() || (stats.isFile() && stats.nlink === 1)).toBe(true);
      expect(name).not.toMatch(/alternates|tmp_/);
    }
  });

  it('is detached for a pull request and on the tag for a tag', async () => {
    const scratch = await useScratch();
    const sha = await scratch.repository.commit({ a: '1' });
    await scratch.repository.git('update-ref', 'refs/pull/7/head', sha);
    await scratch.repository.git('tag', '-a', 'v1', '-m', 'One');
    const pull = await checkedOut(scratch, sha, { ref: 'refs/pull/7/head' });
    expect(await git(pull, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('HEAD');
    expect(await git(pull, 'rev-parse', 'HEAD')).toBe(sha);
    const tagged = join(scratch.folder, 'tagged');
    await checkout(scratch.mirrors, scratch.source(sha, { ref: 'refs/tags/v1' }), tagged);
    expect(await git(tagged, 'describe', '--exact-match')).toBe('v1');
    expect(await git(tagged, 'rev-parse', 'HEAD')).toBe(sha);
    expect(await git(tagged, 'fsck', '--full')).toBe('');
  });

  it('brings as much history as is asked for', async () => {
    const scratch = await useScratch({ mirrors: { depth: 2 } });
    let sha = '';
    for (let n = 0; n < 8; n++) sha = await scratch.repository.commit({ a: String(n) });
    for (const [depth, commits] of [
      [1, 1],
      [2, 2],
      [5, 5],
      [Number.POSITIVE_INFINITY, 8],
    ] as const) {
      const folder = join(scratch.folder, `depth-${depth}`);
      await checkout(scratch.mirrors, scratch.source(sha), folder, { depth });
      expect((await git(folder, 'log', '--format=%H')).split('\n')).toHaveLength(commits);
      expect(await git(folder, 'status', '--porcelain')).toBe('');
      expect(await git(folder, 'fsck')).toBe('');
    }
  });

  it('has every tag beside the whole history, and none that is gone', async () => {
    const scratch = await useScratch({ mirrors: { depth: 1 } });
    await scratch.repository.commit({ a: '0' });
    await scratch.repository.git('tag', 'v1');
    await scratch.repository.git('tag', 'gone');
    const sha = await scratch.repository.commit({ a: '1' });
    const whole = { depth: Number.POSITIVE_INFINITY };
    await checkout(scratch.mirrors, scratch.source(sha), join(scratch.folder, 'first'), whole);
    await scratch.repository.git('tag', '-d', 'gone');
    await scratch.repository.git('tag', '-a', 'v2', '-m', 'Two');
    const folder = join(scratch.folder, 'second');
    await checkout(scratch.mirrors, scratch.source(sha), folder, whole);
    expect(await git(folder, 'tag')).toBe('v1\nv2');
    expect(await git(folder, 'describe', '--exact-match')).toBe('v2');
    expect(await git(folder, 'describe', '--tags', 'HEAD~1')).toBe('v1');
    expect(await git(folder, 'rev-parse', '--is-shallow-repository')).toBe('false');
    expect(await git(folder, 'fsck')).toBe('');
  });

  it('brings the history that is asked for of a commit that its branch has left behind, or left', async () => {
    const scratch = await useScratch({ mirrors: { depth: 2 } });
    for (let n = 0; n < 5; n++) await scratch.repository.commit({ a: String(n) });
    const sha = await scratch.repository.commit({ a: 'wanted' });
    await scratch.mirrors.ensure(scratch.source(sha));
    const next = await scratch.repository.commit({ a: 'next' });
    await scratch.mirrors.ensure(scratch.source(next));
    await scratch.repository.git('branch', 'kept');
    await scratch.repository.git('reset', '--hard', '-q', 'HEAD~5');
    const folder = join(scratch.folder, 'work');
    await checkout(scratch.mirrors, scratch.source(sha), folder, { depth: 5 });
    expect((await git(folder, 'log', '--format=%H')).split('\n')).toHaveLength(5);
  });

  it('takes branch names that are awkward in a configuration or a path', async () => {
    const scratch = await useScratch();
    const sha = await scratch.repository.commit({ a: '1' });
    for (const [index, name] of ['feature/a"b;c#d', '日本', 'x'.repeat(240), '-x'].entries()) {
      const ref = `refs/heads/${name}`;
      await scratch.repository.git('update-ref', ref, sha);
      const folder = join(scratch.folder, `branch-${index}`);
      await checkout(scratch.mirrors, scratch.source(sha, { ref }), folder);
      expect(await git(folder, 'symbolic-ref', 'HEAD')).toBe(ref);
      expect(await git(folder, 'rev-parse', '--symbolic-full-name', '@{upstream}')).toBe(
        `refs/remotes/origin/${name}`,
      );
    }
  });

  it('runs no filter, hook or monitor that a repository brings along', async () => {
    const scratch = await useScratch();
    const trap = join(scratch.folder, 'sprung');
    const program = `touch ${trap}; cat`;
    const sha = await scratch.repository.commit({
      '.gitattributes': 'a filter=evil\nl filter=lfs diff=lfs merge=lfs -text\n',
      '.gitconfig': `[filter "evil"]\n\tsmudge = ${program}\n[core]\n\tfsmonitor = ${program}\n`,
      'hooks/post-checkout': `#!/bin/sh\n${program}\n`,
      config: `[core]\n\tfsmonitor = ${program}\n\thooksPath = hooks\n[filter "evil"]\n\tsmudge = ${program}\n`,
      HEAD: 'ref: refs/heads/main\n',
      a: '1',
      l: 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
    });
    const folder = await checkedOut(scratch, sha);
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('1');
    expect(await readFile(join(folder, 'l'), 'utf8')).toContain('git-lfs');
    await expect(stat(trap)).rejects.toThrow();
  });

  it.each([
    ['100644', '.git'],
    ['120000', '.git'],
    ['100644', '.GIT'],
    ['120000', '.GiT'],
    ['100644', 'git~1'],
    ['100644', '.g\u200cit'],
    ['100644', '..'],
  ])('refuses a tree with an entry of mode %s named %j, and leaves nothing behind', async (mode, name) => {
    const scratch = await useScratch();
    const sha = await scratch.repository.commitEntry(mode, name, '../outside');
    const folder = join(scratch.folder, 'work');
    await expect(checkout(scratch.mirrors, scratch.source(sha), folder)).rejects.toMatchObject({
      code: 'unsafe-tree',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not write through a link that the commit holds', async () => {
    const scratch = await useScratch();
    await mkdir(join(scratch.folder, 'outside'));
    await symlink(join(scratch.folder, 'outside'), join(scratch.repository.path, 'link'));
    const sha = await scratch.repository.commit({ 'zz/file': 'x' });
    const folder = await checkedOut(scratch, sha);
    expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true);
    expect(await readdir(join(scratch.folder, 'outside'))).toEqual([]);
  });

  it('keeps odd but lawful file names', async () => {
    const scratch = await useScratch();
    const names = ['a:b', 'a\\b', 'new\nline', 'x'.repeat(255), ' ', '-rf', 'aux.c', 'é'];
    const sha = await scratch.repository.commit(Object.fromEntries(names.map((name) => [name, 'x'])));
    const folder = await checkedOut(scratch, sha);
    expect((await readdir(folder)).filter((name) => name !== '.git').sort()).toEqual(names.sort());
  });

  it('refuses a file larger than allowed, and a folder that is in use', async () => {
    const scratch = await useScratch();
    const sha = await scratch.repository.commit({ big: '0'.repeat(3_000_000) });
    const folder = join(scratch.folder, 'work');
    await expect(
      checkout(scratch.mirrors, scratch.source(sha), folder, { maxFileBytes: 1 << 20 }),
    ).rejects.toMatchObject({ code: 'too-large' });
    expect(await readdir(folder)).toEqual([]);
    await writeFile(join(folder, 'x'), '');
    await expect(checkout(scratch.mirrors, scratch.source(sha), folder)).rejects.toMatchObject({
      code: 'destination-in-use',
    });
  });

  it('mends a mirror that lost its objects', async () => {
    const scratch = await useScratch();
    const sha = await scratch.repository.commit({ a: '1' });
    await scratch.mirrors.ensure(scratch.source(sha));
    await exec('rm', ['-rf', join(await scratch.gitDir(), 'objects')]);
    const folder = await checkedOut(scratch, sha);
    expect(await git(folder, 'status', '--porcelain')).toBe('');
  });

  it('works beside others of the same commit, and on SHA-256', async () => {
    const scratch = await useScratch({ init: ['--object-format=sha256'] });
    const sha = await scratch.repository.commit({ a: '1' });
    const folders = [1, 2, 3, 4].map((n) => join(scratch.folder, `work${n}`));
    await Promise.all(folders.map((folder) => checkout(scratch.mirrors, scratch.source(sha), folder)));
    for (const folder of folders) expect(await git(folder, 'status', '--porcelain')).toBe('');
  });

  it('leaves nothing behind when it is stopped', async () => {
    const scratch = await useScratch();
    const files = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`d${n % 50}/f${n}`, `${n}`]));
    const source = scratch.source(await scratch.repository.commit(files));
    await scratch.mirrors.ensure(source);
    const folder = join(scratch.folder, 'work');
    const stop = new AbortController();
    const running = checkout(scratch.mirrors, source, folder, { signal: stop.signal });
    running.catch(() => {});
    while (!(await readdir(folder).catch((): string[] => [])).includes('d0')) await new Promise(setImmediate);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(await readdir(folder)).toEqual([]);
  });
});
