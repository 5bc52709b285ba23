import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openMirrors } from '../../../runners/workspace/mirror.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { useScratch } from './support/use-scratch.ts';

const exec = promisify(execFile);
const mirrorModule = new URL('../../../runners/workspace/mirror.ts', import.meta.url).href;

describe('a mirror', () => {
  it('fetches a commit once, and answers from then on without the server', async () => {
    const { repository, source, mirrors, host, mirrorFolder } = await useScratch();
    const first = source(await repository.commit({ a: '1' }));
    expect(await mirrors.ensure(first)).toEqual({ fetched: true });
    const asked = host.authorizations.length;
    expect(await mirrors.ensure(first)).toEqual({ fetched: false });
    const another = openMirrors({ directory: mirrorFolder, allowedBases: [host.base] });
    expect(await another.ensure(first)).toEqual({ fetched: false });
    expect(host.authorizations.length).toBe(asked);
  });

  it('joins requests for the same commit into one fetch', async () => {
    const { repository, source, mirrors, host } = await useScratch();
    const one = source(await repository.commit({ a: '1' }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => mirrors.ensure(one)));
    expect(answers.filter(({ fetched }) => fetched)).toHaveLength(1);
    // Protocol version 2 asks for the references and then for the pack.
    expect(host.fetches()).toBe(2);
  });

  it('knows a commit that the next push overtook, and the one after without asking', async () => {
    const { repository, source, mirrors } = await useScratch();
    const overtaken = await repository.commit({ a: '1' });
    const tip = await repository.commit({ a: '2' });
    expect(await mirrors.ensure(source(overtaken))).toEqual({ fetched: true });
    expect(await mirrors.ensure(source(tip))).toEqual({ fetched: false });
  });

  it('looks further back than it fetches at first', async () => {
    const { repository, source, mirrors } = await useScratch({ mirrors: { depth: 1, searchDepth: 10 } });
    const old = await repository.commit({ a: '0' });
    for (let n = 1; n <= 5; n++) await repository.commit({ a: String(n) });
    expect(await mirrors.ensure(source(old))).toEqual({ fetched: true });
  });

  it('fetches only what is new', async () => {
    const { repository, source, mirrors, gitDir } = await useScratch();
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, `content ${n}`]));
    await mirrors.ensure(source(await repository.commit(files)));
    await mirrors.ensure(source(await repository.commit({ f7: 'changed' })));
    const folders = await readdir(join(await gitDir(), 'objects'));
    // A commit, its tree and one blob.
    expect(folders.filter((name) => /^[0-9a-f]{2}$/.test(name))).toHaveLength(3);
  });

  it('refuses a commit that a force push took off its branch, and says so', async () => {
    const { repository, source, mirrors } = await useScratch({ mirrors: { searchDepth: 100 } });
    const base = await repository.commit({ a: '1' });
    const lost = await repository.commit({ a: '2' });
    await repository.git('reset', '-q', '--hard', base);
    await repository.commit({ a: '3' });
    await expect(mirrors.ensure(source(lost))).rejects.toMatchObject({
      code: 'commit-unreachable',
      message: expect.stringContaining(
        `octo/app: commit ${lost} is not among the newest 100 of refs/heads/main`,
      ),
    });
  });

  it('refuses a commit of another branch, though the mirror holds it', async () => {
    const { repository, source, mirrors } = await useScratch();
    await repository.commit({ a: '1' });
    await repository.git('checkout', '-q', '-b', 'evil');
    const evil = await repository.commit({ a: 'evil' });
    await mirrors.ensure(source(evil, { ref: 'refs/heads/evil' }));
    await expect(mirrors.ensure(source(evil))).rejects.toMatchObject({ code: 'commit-unreachable' });
  });

  it('still has a commit it proved before the force push', async () => {
    const { repository, source, mirrors } = await useScratch();
    const base = await repository.commit({ a: '1' });
    const lost = await repository.commit({ a: '2' });
    await mirrors.ensure(source(lost));
    await repository.git('reset', '-q', '--hard', base);
    expect(await mirrors.ensure(source(lost))).toEqual({ fetched: false });
  });

  it('takes tags by the commit they mean and by their own object', async () => {
    const { repository, source, mirrors } = await useScratch();
    const commit = await repository.commit({ a: '1' });
    await repository.git('tag', 'light');
    await repository.git('tag', '-a', 'v1', '-m', 'One');
    const tag = await repository.git('rev-parse', 'refs/tags/v1');
    for (const [sha, ref] of [
      [commit, 'refs/tags/light'],
      [commit, 'refs/tags/v1'],
      [tag, 'refs/tags/v1'],
    ] as const) {
      await mirrors.ensure(source(sha, { ref }));
      const { commit: found } = await mirrors.readTree(source(sha, { ref }), { paths: [] });
      expect(found.sha).toBe(commit);
    }
  });

  it('is shared by two processes that fetch at the same time', async () => {
    const { repository, source, host, mirrorFolder } = await useScratch();
    const shas: string[] = [];
    for (let n = 0; n < 6; n++) shas.push(await repository.commit({ a: String(n) }));
    for (const [index, sha] of shas.entries()) await repository.git('branch', `b${index}`, sha);
    const script = `
      const { openMirrors } = await import(${JSON.stringify(mirrorModule)});
      const { directory, base, sources } = JSON.parse(process.argv[1]);
      const mirrors = openMirrors({ directory, allowedBases: [base] });
      const all = await Promise.all(sources.map((source) => mirrors.readTree(source, { paths: ['a'] })));
      process.stdout.write(all.map(({ files }) => files.get('a').content).join(''));`;
    const sources = shas.map((sha, index) => source(sha, { ref: `refs/heads/b${index}` }));
    const argument = JSON.stringify({ directory: mirrorFolder, base: host.base, sources });
    const run = () =>
      exec(process.execPath, ['--no-warnings', '--input-type=module', '-e', script, argument]);
    const outputs = await Promise.all([run(), run(), run()]);
    expect(outputs.map(({ stdout }) => stdout)).toEqual(['012345', '012345', '012345']);
    // Each branch was fetched by one of the three.
    expect(host.fetches()).toBeLessThanOrEqual(2 * shas.length);
  });

  it('forgets the commits used longest ago', async () => {
    const { repository, source, mirrors, gitDir } = await useScratch({ mirrors: { keepCommits: 3 } });
    for (let n = 0; n < 6; n++) await mirrors.ensure(source(await repository.commit({ a: String(n) })));
    await mirrors.close();
    const seen = await readdir(join(await gitDir(), 'refs/hookline/seen'), { recursive: true });
    expect(seen.filter((name) => name.includes('/'))).toHaveLength(3);
  });

  it('joins its packs when there are many, and serves on', async () => {
    const { repository, source, mirrors, gitDir } = await useScratch({ mirrors: { maxPacks: 1 } });
    // A hundred objects and more are kept as a pack, fewer are unpacked.
    const files = (text: string) =>
      Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`f${n}`, text + n]));
    const first = source(await repository.commit(files('a')));
    await mirrors.ensure(first);
    await mirrors.ensure(source(await repository.commit(files('b'))));
    const packs = async () =>
      (await readdir(join(await gitDir(), 'objects/pack'))).filter((name) => name.endsWith('.pack')).length;
    await waitUntil(async () => (await packs()) === 1, { what: 'one pack', timeoutMs: 15_000 });
    const { files: read } = await mirrors.readTree(first, { paths: ['f7'] });
    expect(read.get('f7')).toMatchObject({ content: 'a7' });
    expect(await mirrors.ensure(source(await repository.commit(files('c'))))).toEqual({ fetched: true });
  });

  it('serves SHA-256 repositories', async () => {
    const { repository, source, mirrors } = await useScratch({ init: ['--object-format=sha256'] });
    const sha = await repository.commit({ a: '1', 'dir/b': '2' });
    expect(sha).toHaveLength(64);
    const { files } = await mirrors.readTree(source(sha), { paths: ['dir/b'] });
    expect(files.get('dir/b')).toMatchObject({ content: '2' });
  });
});
