import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCheckout } from './support/use-checkout.ts';

const merge = { ref: 'refs/pull/7/merge', baseRef: 'refs/heads/main' };

/** A pull request of one commit into `main`, which has moved on; the host made its merge unless it is told not to. */
async function usePullRequest(files: { base: Record<string, string>; head: Record<string, string> }) {
  const world = await useCheckout();
  const { git, commit } = world.repository;
  await commit({ a: '0', b: '0' });
  await git('checkout', '-q', '-b', 'topic');
  const head = await commit(files.head);
  await git('update-ref', 'refs/pull/7/head', head);
  await git('checkout', '-q', 'main');
  const base = await commit(files.base);
  const makeMerge = async (into = base, of = head) => {
    const tree = (await git('merge-tree', '--write-tree', into, of)).split('\n')[0] ?? '';
    const made = await git('commit-tree', tree, '-p', into, '-p', of, '-m', 'Merge');
    await git('update-ref', merge.ref, made);
    return made;
  };
  const checkOut = () => world.checkOut({ sha: head, ref: 'refs/pull/7/head' }, { merge });
  return { ...world, head, base, makeMerge, checkOut };
}

const apart = { base: { b: 'base' }, head: { a: 'head' } };
const conflicting = { base: { a: 'base' }, head: { a: 'head' } };

describe('the merge of a pull request', () => {
  it('is built, with both sides in it', async () => {
    const world = await usePullRequest(apart);
    const made = await world.makeMerge();
    const folder = await world.checkOut();
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('head');
    expect(await readFile(join(folder, 'b'), 'utf8')).toBe('base');
    expect(await world.git(folder, 'rev-parse', 'HEAD')).toBe(made);
    expect(world.results).toEqual([{ ref: merge.ref, sha: made }]);
    expect(world.waitsMs).toEqual([]);
  });

  it('is built as a merge into an older commit of the base, too', async () => {
    const world = await usePullRequest(apart);
    const made = await world.makeMerge();
    await world.repository.commit({ c: 'later' });
    await world.checkOut();
    expect(world.results).toEqual([{ ref: merge.ref, sha: made }]);
  });

  it('is waited for while the host has not made it, or has that of an older head', async () => {
    const world = await usePullRequest(apart);
    const older = await world.repository.git('rev-parse', `${world.base}~1`);
    await world.makeMerge(world.base, older);
    let made = '';
    world.whileWaiting.act = async () => {
      if (world.waitsMs.length === 2) made = await world.makeMerge();
    };
    await world.checkOut();
    expect(world.results).toEqual([{ ref: merge.ref, sha: made }]);
    expect(world.waitsMs).toEqual([1_000, 2_000]);
  });

  it.each([
    ['was not there', async () => {}],
    [
      'was stale: it is the merge of another commit',
      async (world: Awaited<ReturnType<typeof usePullRequest>>) =>
        void (await world.makeMerge(world.base, await world.repository.git('rev-parse', `${world.base}~1`))),
    ],
    [
      'was stale: it is a merge into a commit that is not on main',
      async (world: Awaited<ReturnType<typeof usePullRequest>>) => {
        const { git } = world.repository;
        const elsewhere = await git(
          'commit-tree',
          `${world.base}^{tree}`,
          '-p',
          `${world.base}~1`,
          '-m',
          'Elsewhere',
        );
        await world.makeMerge(elsewhere);
      },
    ],
  ])('that %s is given up after a while, and the head is built', async (why, prepare) => {
    const world = await usePullRequest(apart);
    await prepare(world);
    const folder = await world.checkOut();
    expect(await world.git(folder, 'rev-parse', 'HEAD')).toBe(world.head);
    expect(world.results[0]).toMatchObject({ ref: 'refs/pull/7/head', sha: world.head });
    expect(world.results[0]?.remark).toContain(`${merge.ref} ${why}`);
    expect(world.results[0]?.remark).toMatch(/Built is the head\.$/);
    expect(world.notes).toContain(world.results[0]?.remark);
    expect(world.waitsMs.reduce((sum, ms) => sum + ms, 0)).toBe(20_000);
  });

  it('that conflicts is not waited for, and the remark names the files', async () => {
    const world = await usePullRequest(conflicting);
    const folder = await world.checkOut();
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('head');
    expect(world.results[0]?.remark).toBe(
      'it does not merge into main: there are conflicts in a. Built is the head.',
    );
    expect(world.waitsMs).toEqual([]);
  });
});
