import { spawn } from 'node:child_process';
import { readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useScratch } from './support/use-scratch.ts';

const mirrorModule = new URL('../../../runners/workspace/mirror.ts', import.meta.url).href;

describe('a mirror', () => {
  it('is usable after git was killed half way and left its locks behind', async () => {
    const { repository, source, mirrors, gitDir } = await useScratch();
    await mirrors.ensure(source(await repository.commit({ a: '1' })));
    const dir = await gitDir();
    await writeFile(join(dir, 'shallow.lock'), '');
    await writeFile(join(dir, 'refs/hookline/fetched.lock'), '');
    await writeFile(join(dir, 'objects/pack/tmp_pack_x'), 'half');
    expect(await mirrors.ensure(source(await repository.commit({ a: '2' })))).toEqual({ fetched: true });
  });

  it.each([
    ['its objects are gone', (dir: string) => rm(join(dir, 'objects'), { recursive: true })],
    ['its HEAD is gone', (dir: string) => rm(join(dir, 'HEAD'))],
    ['its config is garbage', (dir: string) => writeFile(join(dir, 'config'), '[[[')],
    ['a power cut left its objects empty', emptyObjects],
  ])('is made again when %s', async (_, damage) => {
    const { repository, source, mirrors, gitDir } = await useScratch();
    const one = source(await repository.commit({ a: '1' }));
    await mirrors.ensure(one);
    await damage(await gitDir());
    const { files } = await mirrors.readTree(one, { paths: ['a'] });
    expect(files.get('a')).toMatchObject({ kind: 'file', content: '1' });
    await damage(await gitDir());
    await mirrors.ensure(source(await repository.commit({ a: '2' })));
    expect((await readdir(join(await gitDir(), '..'))).filter((name) => name.includes('trash'))).toEqual([]);
  });

  it('is free at once for others when the process that fetched was killed', async () => {
    const asked = Promise.withResolvers<void>();
    let silent = true;
    const { repository, source, mirrors, host, mirrorFolder } = await useScratch({
      host: {
        intercept: () => {
          asked.resolve();
          return silent;
        },
      },
    });
    const one = source(await repository.commit({ a: '1' }));
    const script = `
      const { openMirrors } = await import(${JSON.stringify(mirrorModule)});
      const { directory, base, source } = JSON.parse(process.argv[1]);
      await openMirrors({ directory, allowedBases: [base] }).ensure(source);`;
    const argument = JSON.stringify({ directory: mirrorFolder, base: host.base, source: one });
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, argument], {
      stdio: 'ignore',
    });
    await asked.promise;
    child.kill('SIGKILL');
    silent = false;
    expect(await mirrors.ensure(one)).toEqual({ fetched: true });
  });
});

async function emptyObjects(dir: string): Promise<void> {
  for (const name of await readdir(join(dir, 'objects'), { recursive: true })) {
    const path = join(dir, 'objects', name);
    if ((await stat(path)).isFile()) {
      await rm(path);
      await writeFile(path, '');
      await truncate(path, 0);
    }
  }
}
