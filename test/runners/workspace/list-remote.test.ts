import { expect, it } from 'vitest';
import { listRemote } from '../../../runners/workspace/list-remote.ts';
import { useScratch } from './support/use-scratch.ts';

const address = (host: { base: string }) => ({
  repository: 'octo/app',
  cloneUrl: `${host.base}/octo/app/.git`,
});

it('tells what the named references stand at, and leaves out what does not exist', async () => {
  const { repository, host } = await useScratch();
  const sha = await repository.commit({ a: '1' });
  await repository.git('branch', 'refs/heads/main');
  const names = ['refs/heads/main', 'refs/heads/none'];
  const { refs } = await listRemote(address(host), { names }, { allowedBases: [host.base] });
  expect([...refs]).toEqual([['refs/heads/main', sha]]);
});

it('tells all branches, those with slashes too, and no tags', async () => {
  const { repository, host } = await useScratch();
  const sha = await repository.commit({ a: '1' });
  for (const name of ['feature/login/x', 'release']) await repository.git('branch', name);
  await repository.git('tag', 'v1');
  const { refs } = await listRemote(address(host), { names: ['refs/heads/'] }, { allowedBases: [host.base] });
  const names = ['refs/heads/feature/login/x', 'refs/heads/main', 'refs/heads/release'];
  expect(Object.fromEntries(refs)).toEqual(Object.fromEntries(names.map((name) => [name, sha])));
});

it('tells the default branch, which an empty repository has not', async () => {
  const { repository, host } = await useScratch({ init: ['-b', 'trunk'] });
  const options = { allowedBases: [host.base] };
  expect((await listRemote(address(host), 'HEAD', options)).head).toBeUndefined();
  await repository.commit({ a: '1' });
  expect((await listRemote(address(host), 'HEAD', options)).head).toBe('refs/heads/trunk');
});

it('goes nowhere but where clones may go', async () => {
  await expect(listRemote({ repository: 'octo/app', cloneUrl: 'file:///etc' }, 'HEAD')).rejects.toMatchObject(
    { code: 'bad-source' },
  );
});
