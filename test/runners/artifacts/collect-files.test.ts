import { execFileSync } from 'node:child_process';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CollectOptions, collectFiles } from '../../../runners/artifacts/collect-files.ts';
import { makeTree, type Tree } from './temp-tree.ts';

async function names(tree: Tree, options: Omit<CollectOptions, 'root'>): Promise<string[]> {
  const entries = await collectFiles({ root: makeTree(tree), ...options });
  return entries.map(({ name }) => name);
}

async function refusal(root: string, options: Omit<CollectOptions, 'root'>): Promise<unknown> {
  return collectFiles({ root, ...options }).then(
    (entries) => expect.fail(`was not refused: ${entries.map(({ name }) => name)}`),
    (error: unknown) => error,
  );
}

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'ArtifactRefusal', code, message: expect.stringMatching(message) });

describe('collecting an artifact', () => {
  it('takes files, whole directories and globs, sorted by name', async () => {
    const tree: Tree = {
      'z.txt': '',
      'dist/b/deep.js': 'x',
      'dist/a.js': 'x',
      'src/a.ts': '',
      'lib/one.jar': '',
      'lib/sub/two.jar': '',
    };
    expect(await names(tree, { patterns: ['z.txt', 'dist', '**/*.jar'] })).toEqual([
      'dist/a.js',
      'dist/b/deep.js',
      'lib/one.jar',
      'lib/sub/two.jar',
      'z.txt',
    ]);
  });

  it('tells what each entry is', async () => {
    const root = makeTree({
      run: { script: '#!/bin/sh' },
      data: 'four',
      empty: null,
      link: { link: 'data' },
    });
    expect(await collectFiles({ root, patterns: ['.'] })).toEqual([
      { kind: 'file', name: 'data', path: join(root, 'data'), mode: 0o644, sizeBytes: 4 },
      { kind: 'directory', name: 'empty', path: join(root, 'empty'), mode: 0o755, sizeBytes: 0 },
      { kind: 'symlink', name: 'link', path: join(root, 'link'), mode: 0o777, sizeBytes: 4, target: 'data' },
      { kind: 'file', name: 'run', path: join(root, 'run'), mode: 0o755, sizeBytes: 9 },
    ]);
  });

  it('leaves .git at the root out unless it is named, and takes it below', async () => {
    const tree: Tree = { '.git/config': '', 'a.txt': '', 'vendor/x/.git/config': '' };
    expect(await names(tree, { patterns: ['.'] })).toEqual(['a.txt', 'vendor/x/.git/config']);
    expect(await names(tree, { patterns: ['**/config'] })).toEqual(['vendor/x/.git/config']);
    expect(await names(tree, { patterns: ['a.txt', '.git'] })).toEqual(['.git/config', 'a.txt']);
  });

  it('leaves out what is excluded, and keeps a directory that is empty without it', async () => {
    const tree: Tree = { 'dist/a.js': '', 'dist/a.js.map': '', 'dist/tmp/x': '', 'dist/cache/y/z': '' };
    const exclude = ['**/*.map', 'dist/tmp/*', 'dist/cache'];
    expect(await names(tree, { patterns: ['dist'], exclude })).toEqual(['dist/a.js', 'dist/tmp']);
  });

  it('strips a prefix where a name has it', async () => {
    const tree: Tree = { 'dist/app.js': '', 'dist/sub/x': '', 'appspec.yml': '' };
    expect(await names(tree, { patterns: ['dist', 'appspec.yml'], stripPrefix: './dist/' })).toEqual([
      'app.js',
      'appspec.yml',
      'sub/x',
    ]);
  });

  it('takes hard links as files of their own', async () => {
    const root = makeTree({ a: 'content' });
    linkSync(join(root, 'a'), join(root, 'b'));
    expect((await collectFiles({ root, patterns: ['.'] })).map(({ kind }) => kind)).toEqual(['file', 'file']);
  });

  it('stops when its signal does', async () => {
    const root = makeTree({ a: '' });
    await expect(
      collectFiles({ root, patterns: ['.'], signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});

describe('collecting an artifact refuses', () => {
  it('a pattern that matches nothing, by its text', async () => {
    const root = makeTree({ 'a.txt': '' });
    expect(await refusal(root, { patterns: ['a.txt', 'dsit/*.js'] })).toEqual(
      refused('pattern-unmatched', /dsit\/\*\.js/),
    );
    expect(await refusal(root, { patterns: ['a.txt'], exclude: ['*.txt'] })).toEqual(
      refused('pattern-unmatched', /a\.txt/),
    );
  });

  it.each(['/etc/passwd', '../../outside', 'a/../../../outside'])('a link to %s', async (link) => {
    const root = makeTree({ 'd/evil': { link } });
    expect(await refusal(root, { patterns: ['d'] })).toEqual(refused('link-outside', /d\/evil/));
  });

  it('a link that leaves by climbing behind another link', async () => {
    const root = makeTree({ 'a/b/up': { link: '../..' }, 'a/b/evil': { link: 'up/../secret' } });
    expect(await refusal(root, { patterns: ['.'] })).toEqual(refused('link-outside', /evil.*a\/b\/up/));
  });

  it('a link that leaves once the prefix is stripped', async () => {
    const root = makeTree({ 'dist/sub/link': { link: '../../README' }, README: '' });
    expect(await refusal(root, { patterns: ['dist'], stripPrefix: 'dist' })).toEqual(
      refused('link-outside', /sub\/link/),
    );
  });

  it('to go through a link to a directory, and names the link', async () => {
    const outside = makeTree({ secret: 'x' });
    const root = makeTree({ 'a.txt': '', 'd/door': { link: outside } });
    for (const pattern of ['d/door/secret', 'd/door/*']) {
      expect(await refusal(root, { patterns: [pattern] })).toEqual(
        refused('pattern-unmatched', /d\/door on its way/),
      );
    }
    expect(await names({ 'x/secret': '', door: { link: 'x' } }, { patterns: ['**/secret'] })).toEqual([
      'x/secret',
    ]);
  });

  it('pipes, by name', async () => {
    const root = makeTree({ 'run/a': '' });
    execFileSync('mkfifo', [join(root, 'run/pipe')]);
    expect(await refusal(root, { patterns: ['run'] })).toEqual(refused('special-file', /run\/pipe/));
    expect(await collectFiles({ root, patterns: ['run'], exclude: ['run/pipe'] })).toHaveLength(1);
  });

  it('names that are not UTF-8 or that other readers take for a path', async () => {
    const root = makeTree({ 'd/ok': '' });
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'd/')), Buffer.from([0x61, 0xff])]), '');
    expect(await refusal(root, { patterns: ['.'] })).toEqual(refused('name-unsafe', /UTF-8/));
    expect(await collectFiles({ root, patterns: ['d/ok'] })).toHaveLength(1);
    expect(await refusal(makeTree({ 'd/..\\evil': '' }), { patterns: ['.'] })).toEqual(
      refused('name-unsafe', /backslash/),
    );
  });

  it('two files that end on one name, and a file where a directory must be', async () => {
    const twice = makeTree({ 'dist/a': '', a: '' });
    expect(await refusal(twice, { patterns: ['.'], stripPrefix: 'dist' })).toEqual(
      refused('name-twice', /^a and a/),
    );
    const below = makeTree({ 'dist/a/b': '', a: '' });
    expect(await refusal(below, { patterns: ['.'], stripPrefix: 'dist' })).toEqual(
      refused('name-twice', /^a\/b and a/),
    );
  });

  it('a prefix that no file has', async () => {
    const root = makeTree({ 'dist/a': '' });
    expect(await refusal(root, { patterns: ['dist'], stripPrefix: 'build' })).toEqual(
      refused('prefix-unmatched', /build/),
    );
  });

  it('a workspace that a step removed', async () => {
    const root = makeTree({ a: '' });
    rmSync(root, { recursive: true });
    expect(await refusal(root, { patterns: ['a'] })).toEqual(
      refused('file-changed', /^the workspace is not there any more/),
    );
  });

  it('more files than the limit', async () => {
    const root = makeTree({ a: '', b: '', c: '' });
    expect(await refusal(root, { patterns: ['.'], maxFiles: 2 })).toEqual(
      refused('too-many-files', /2 files/),
    );
  });

  it('a path too deep to be opened, without failing otherwise', async () => {
    const root = makeTree({});
    const segment = 'd'.repeat(250);
    execFileSync(
      'sh',
      ['-c', `for i in $(seq 20); do mkdir ${segment} && cd -P ${segment} || exit 1; done`],
      { cwd: root },
    );
    expect(await refusal(root, { patterns: ['.'] })).toEqual(refused('name-unsafe', /too long/));
  });
});
