import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useScratch } from './support/use-scratch.ts';

describe('reading a commit without a checkout', () => {
  it('gives files, what is missing, the root folder and the commit', async () => {
    const { repository, source, mirrors } = await useScratch();
    const parent = await repository.commit({ '.hookline.yml': 'old: true\n' });
    const sha = await repository.commit(
      { '.hookline.yml': 'steps: []\n', 'ci/deep/x.yml': 'é\n', empty: '' },
      'Say hello\n\nAt length.\n[skip ci]',
    );
    const tree = await mirrors.readTree(source(sha), {
      paths: ['.hookline.yml', '.travis.yml', 'ci/deep/x.yml', 'ci', 'empty', 'ci/no/x'],
    });
    expect(
      Object.fromEntries(
        [...tree.files].map(([path, file]) => [path, file.kind === 'file' ? file.content : file.kind]),
      ),
    ).toEqual({
      '.hookline.yml': 'steps: []\n',
      '.travis.yml': 'missing',
      'ci/deep/x.yml': 'é\n',
      ci: 'folder',
      empty: '',
      'ci/no/x': 'missing',
    });
    expect(tree.root).toEqual([
      { name: '.hookline.yml', kind: 'file' },
      { name: 'ci', kind: 'folder' },
      { name: 'empty', kind: 'file' },
    ]);
    expect(tree.commit).toEqual({
      sha,
      subject: 'Say hello',
      message: 'Say hello\n\nAt length.\n[skip ci]',
      authorName: 'Ada Example',
      authorEmail: 'ada@example.test',
      committerEmail: 'ada@example.test',
      parents: [parent],
    });
  });

  it('names links instead of following them', async () => {
    const { repository, source, mirrors } = await useScratch();
    await repository.commit({ 'real/x.yml': 'x' });
    await symlink('/etc/passwd', join(repository.path, '.hookline.yml'));
    await symlink('real', join(repository.path, 'ci'));
    const sha = await repository.commit({});
    const { files } = await mirrors.readTree(source(sha), { paths: ['.hookline.yml', 'ci/x.yml', 'ci'] });
    expect([...files.values()]).toEqual([{ kind: 'symlink' }, { kind: 'missing' }, { kind: 'symlink' }]);
  });

  it('refuses a file that is too large and a path that leaves the repository', async () => {
    const { repository, source, mirrors } = await useScratch();
    const sha = await repository.commit({ big: 'x'.repeat(500_000) });
    await expect(mirrors.readTree(source(sha), { paths: ['big'], maxBytes: 499_999 })).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('big is 500000 bytes'),
    });
    await expect(mirrors.readTree(source(sha), { paths: ['big'], maxBytes: 500_000 })).resolves.toBeDefined();
    for (const path of ['../x', '/etc/passwd', '', 'a//b', './a']) {
      await expect(mirrors.readTree(source(sha), { paths: [path] })).rejects.toMatchObject({
        code: 'bad-path',
      });
    }
  });
});
