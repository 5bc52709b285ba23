import { execFile } from 'node:child_process';
import { chmod, link, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { entryName } from '../../../runners/caches/cache-name.ts';
import { openCacheBench } from './cache-bench.ts';

const run = promisify(execFile);
const npm = [{ key: 'npm', paths: ['node_modules', '~/.npm'] }];

describe('a cache', () => {
  it('brings back what an earlier job left, from the workspace and from the home directory', async () => {
    const bench = await openCacheBench();
    const first = await bench.place();
    const job = await bench.begin(first, npm);
    expect(job.notes).toEqual(['cache npm: miss']);
    await mkdir(join(first.workspaceDir, 'node_modules/a'), { recursive: true });
    await writeFile(join(first.workspaceDir, 'node_modules/a/index.js'), 'a', { mode: 0o640 });
    await writeFile(join(first.workspaceDir, 'node_modules/a/run'), '#!/bin/sh', { mode: 0o755 });
    await symlink('a/run', join(first.workspaceDir, 'node_modules/run'));
    await symlink('/nowhere/at all', join(first.workspaceDir, 'node_modules/dangling'));
    await link(join(first.workspaceDir, 'node_modules/a/run'), join(first.workspaceDir, 'node_modules/hard'));
    const odd = [`a 'b' "c" $d`, '-rf', 'line\nbreak', 'ü', 'x'.repeat(200), '[a]*'];
    for (const name of odd) await writeFile(join(first.workspaceDir, 'node_modules', name), name);
    await mkdir(join(first.home, '.npm'));
    await writeFile(join(first.home, '.npm/pack'), 'packed');
    await chmod(join(first.home, '.npm'), 0o700);
    await job.end();
    expect(job.notes[1]).toMatch(/^cache npm: saved, \d+ KiB, unpacked \d+ KiB, in \d+ ms$/);
    expect(await readdir(first.workspaceDir)).toEqual(['node_modules']);

    const second = await bench.place();
    const { notes } = await bench.begin(second, npm);
    expect(notes).toEqual([
      expect.stringMatching(/^cache npm: hit \(branch-main\), .* from this machine, in \d+ ms$/),
    ]);
    const modules = join(second.workspaceDir, 'node_modules');
    expect((await readdir(modules)).sort()).toEqual(['a', 'dangling', 'hard', 'run', ...odd].sort());
    for (const name of odd) expect(await readFile(join(modules, name), 'utf8')).toBe(name);
    expect((await lstat(join(modules, 'a/index.js'))).mode & 0o777).toBe(0o640);
    expect((await lstat(join(modules, 'a/run'))).mode & 0o777).toBe(0o755);
    expect((await lstat(join(modules, 'hard'))).ino).toBe((await lstat(join(modules, 'a/run'))).ino);
    expect(await readlink(join(modules, 'run'))).toBe('a/run');
    expect(await readlink(join(modules, 'dangling'))).toBe('/nowhere/at all');
    expect(await readFile(join(second.home, '.npm/pack'), 'utf8')).toBe('packed');
    expect((await lstat(join(second.home, '.npm'))).mode & 0o777).toBe(0o700);
    expect(await readdir(second.workspaceDir)).toEqual(['node_modules']);
  });

  it('is saved once for each key, and a fallback is the newest that begins so', async () => {
    const bench = await openCacheBench();
    const wish = (key: string) => [{ key, fallback: ['npm-'], paths: ['lib'] }];
    const made = async (key: string) => {
      const place = await bench.place();
      const job = await bench.begin(place, wish(key));
      await mkdir(join(place.workspaceDir, 'lib'), { recursive: true });
      await writeFile(join(place.workspaceDir, 'lib/made-by'), key);
      await job.end();
      return job.notes;
    };
    expect(await made('npm-1')).toEqual(['cache npm-1: miss', expect.stringContaining('saved')]);
    expect(await made('npm-2')).toEqual([
      expect.stringMatching(/^cache npm-2: fallback hit npm-1 /),
      expect.stringContaining('saved'),
    ]);
    expect(await made('npm-1')).toEqual([expect.stringContaining('hit')]);
    const place = await bench.place();
    await bench.begin(place, wish('npm-3'));
    expect(await readFile(join(place.workspaceDir, 'lib/made-by'), 'utf8')).toBe('npm-2');
  });

  it('with save: changed takes the place of what is there when its files have changed, and else does not', async () => {
    const bench = await openCacheBench();
    const wish = [{ key: 'gradle', paths: ['lib', '~/.gradle'], save: 'changed' as const }];
    const made = async (text: string, scopes = ['branch-main']) => {
      const place = await bench.place();
      const job = await bench.begin(place, wish, { scopes });
      await mkdir(join(place.workspaceDir, 'lib'), { recursive: true });
      await writeFile(join(place.workspaceDir, 'lib/made-by'), text);
      await job.end();
      return job.notes.map((note) => note.replace(/, .* in \d+ ms$/, ''));
    };
    const same = 'cache gradle: not saved, for nothing in it has changed';
    expect(await made('one')).toEqual(['cache gradle: miss', 'cache gradle: saved']);
    expect(await made('one')).toEqual(['cache gradle: hit (branch-main)', same]);
    expect(await made('two')).toEqual(['cache gradle: hit (branch-main)', 'cache gradle: saved']);
    const topic = ['branch-topic', 'branch-main'];
    expect(await made('two', topic)).toEqual(['cache gradle: hit (branch-main)', same]);
    expect(await made('three', topic)).toEqual(['cache gradle: hit (branch-main)', 'cache gradle: saved']);
    expect(await made('three', topic)).toEqual(['cache gradle: hit (branch-topic)', same]);
    const place = await bench.place();
    await bench.begin(place, wish);
    expect(await readFile(join(place.workspaceDir, 'lib/made-by'), 'utf8')).toBe('two');
  });

  it('of two jobs that save one key at once one is kept, whole', async () => {
    const bench = await openCacheBench();
    const wish = [{ key: 'k', paths: ['lib'] }];
    const [one, two] = [await bench.place(), await bench.place()];
    const jobs = [await bench.begin(one, wish), await bench.begin(two, wish)];
    for (const { workspaceDir } of [one, two]) {
      await mkdir(join(workspaceDir, 'lib'));
      for (const name of ['a', 'b']) await writeFile(join(workspaceDir, 'lib', name), workspaceDir);
    }
    await Promise.all(jobs.map((job) => job.end()));
    const third = await bench.place();
    await bench.begin(third, wish);
    const [a, b] = await Promise.all(
      ['a', 'b'].map((n) => readFile(join(third.workspaceDir, 'lib', n), 'utf8')),
    );
    expect([one.workspaceDir, two.workspaceDir]).toContain(a);
    expect(b).toBe(a);
  });

  it('of a pull request is its own, and it reads that of its base branch', async () => {
    const bench = await openCacheBench();
    const wish = (key: string) => [{ key, paths: ['lib'] }];
    const made = async (key: string, scopes: string[]) => {
      const place = await bench.place();
      const job = await bench.begin(place, wish(key), { scopes });
      await mkdir(join(place.workspaceDir, 'lib'), { recursive: true });
      await job.end();
      return job.notes.map((note) => note.split(',')[0]);
    };
    const pull = ['pull-7', 'branch-main'];
    await made('base', ['branch-main']);
    expect(await made('base', pull)).toEqual(['cache base: hit (branch-main)']);
    expect(await made('mine', pull)).toEqual(['cache mine: miss', 'cache mine: saved']);
    expect(await made('mine', pull)).toEqual(['cache mine: hit (pull-7)']);
    expect(await made('mine', ['branch-main'])).toEqual(['cache mine: miss', 'cache mine: saved']);
    expect(await made('mine', ['pull-8', 'branch-other'])).toEqual(['cache mine: miss', 'cache mine: saved']);
  });

  it('has the checksums of files of the commit in its key, and is not used where there are none', async () => {
    const bench = await openCacheBench();
    const place = await bench.place();
    await mkdir(join(place.workspaceDir, 'a/b'), { recursive: true });
    await writeFile(join(place.workspaceDir, 'a/b/lock'), 'one');
    const wish = [{ key: 'k-{checksum:**/lock}-{os}', paths: ['lib'] }];
    const { notes } = await bench.begin(place, wish);
    await writeFile(join(place.workspaceDir, 'a/b/lock'), 'two');
    const again = await bench.begin(place, wish);
    expect(notes[0]).toMatch(/^cache k-[0-9a-f]{32}-linux: miss$/);
    expect(again.notes[0]).not.toBe(notes[0]);
    const { notes: none } = await bench.begin(await bench.place(), wish);
    expect(none[0]).toContain('not used: the commit has no file for {checksum:**/lock}');
  });

  it('that is too large, or has nothing in it, is not saved, and the job goes on', async () => {
    const bench = await openCacheBench({ limitBytes: 200_000 });
    const place = await bench.place();
    const job = await bench.begin(place, [
      { key: 'large', paths: ['lib'] },
      { key: 'none', paths: ['not-there'] },
    ]);
    await mkdir(join(place.workspaceDir, 'lib'));
    await writeFile(join(place.workspaceDir, 'lib/large'), Buffer.alloc(400_000));
    await job.end();
    expect(job.notes.slice(2)).toEqual([
      'cache large: not saved: it is larger than 196 KiB; HOOKLINE_CACHE_LIMIT_MIB sets how much it may be',
      'cache none: nothing to save, there is no not-there',
    ]);
    expect(await Array.fromAsync(bench.blobs.list(''))).toEqual([]);
    expect(await readdir(place.workspaceDir)).toEqual(['lib']);
  });

  it('is not had while the store is down, and the job goes on and says so', async () => {
    const down = () => Promise.reject(new Error('the store does not answer'));
    const bench = await openCacheBench({}, (blobs) => ({ ...blobs, head: down }));
    const place = await bench.place();
    const job = await bench.begin(place, npm);
    await mkdir(join(place.workspaceDir, 'node_modules'));
    await job.end();
    expect(job.notes).toEqual(['cache npm: not used: the store does not answer']);
  });

  it('is as damaged as nothing, when it is damaged', async () => {
    const bench = await openCacheBench();
    const kind = { os: 'linux', arch: process.arch === 'x64' ? 'amd64' : process.arch, paths: ['lib'] };
    const name = entryName({ repository: 'octo/shop', scope: 'branch-main' }, 'k', kind) ?? '';
    await bench.blobs.put(name, Buffer.from('no cache at all'));
    const place = await bench.place();
    const { notes } = await bench.begin(place, [{ key: 'k', paths: ['lib'] }]);
    expect(notes).toEqual(['cache k: not used: what is stored under it is no cache']);
    expect(await readdir(place.workspaceDir)).toEqual([]);
  });

  it('ends with the job that is stopped', async () => {
    const bench = await openCacheBench();
    const stopped = new Error('stopped');
    const begun = bench.begin(await bench.place(), npm, { signal: AbortSignal.abort(stopped) });
    await expect(begun).rejects.toBe(stopped);
  });

  it('gives way when a repository keeps too much: what was unused for the longest time goes', async () => {
    const bench = await openCacheBench({ repositoryLimitBytes: 250_000, localBytes: 0 });
    for (const key of ['a', 'b', 'c']) {
      const place = await bench.place();
      const job = await bench.begin(place, [{ key, paths: ['lib'] }]);
      await mkdir(join(place.workspaceDir, 'lib'));
      await run('dd', ['if=/dev/urandom', `of=${join(place.workspaceDir, 'lib/x')}`, 'bs=1000', 'count=100']);
      await job.end();
    }
    const keys = (await Array.fromAsync(bench.blobs.list(''))).map(({ key }) => key.split('/')[3]);
    expect(keys).toEqual(['b', 'c']);
  });
});
