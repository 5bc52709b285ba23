import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openWorkspaces } from '../../../runners/workspace/workspaces.ts';

const exec = promisify(execFile);

async function useWorkspaces() {
  const folder = await mkdtemp(join(tmpdir(), 'hookline-workspaces-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, 'root');
  return { folder, root, workspaces: await openWorkspaces({ root }) };
}

describe('workspaces', () => {
  it('gives each lease an empty folder that only this user can reach', async () => {
    const { root, workspaces } = await useWorkspaces();
    const path = await workspaces.create('lease-1');
    expect(path).toBe(join(root, 'lease-1'));
    expect((await stat(root)).mode & 0o077).toBe(0);
    await expect(workspaces.create('lease-1')).rejects.toMatchObject({ code: 'already-there' });
  });

  it('removes a workspace, also one that is not there', async () => {
    const { root, workspaces } = await useWorkspaces();
    await workspaces.create('lease-1');
    expect(await workspaces.remove('lease-1')).toEqual({ removed: true });
    expect(await workspaces.remove('lease-1')).toEqual({ removed: true });
    expect(await readdir(root)).toEqual([]);
  });

  it('removes closed folders, long names and trees deeper than a path can say', async () => {
    const { root, workspaces } = await useWorkspaces();
    const path = await workspaces.create('lease-1');
    await mkdir(join(path, 'closed/inner'), { recursive: true });
    await writeFile(join(path, 'closed/inner/file'), 'x');
    await chmod(join(path, 'closed/inner'), 0o000);
    await chmod(join(path, 'closed'), 0o500);
    const name = 'n'.repeat(255);
    await exec(
      'sh',
      ['-c', 'for i in $(seq 40); do mkdir "$1" && cd -P "$1" || exit 1; done; touch end', 'sh', name],
      { cwd: path },
    );
    expect(await workspaces.remove('lease-1')).toEqual({ removed: true });
    expect(await readdir(root)).toEqual([]);
  });

  it('does not follow links out of a workspace', async () => {
    const { folder, workspaces } = await useWorkspaces();
    const path = await workspaces.create('lease-1');
    await mkdir(join(folder, 'precious'));
    await writeFile(join(folder, 'precious/file'), 'x');
    await symlink(join(folder, 'precious'), join(path, 'link'));
    await workspaces.remove('lease-1');
    expect(await readdir(join(folder, 'precious'))).toEqual(['file']);
  });

  it('sweeps every lease but those that are kept, and what a crash left half deleted', async () => {
    const { root, workspaces } = await useWorkspaces();
    for (const lease of ['a', 'b', 'c']) await workspaces.create(lease);
    await mkdir(join(root, 'trash-half/workspace'), { recursive: true });
    expect(await workspaces.sweep(new Set(['b']))).toEqual({ removed: true });
    expect(await readdir(root)).toEqual(['b']);
  });

  it('refuses ids that are no plain names', async () => {
    const { workspaces } = await useWorkspaces();
    for (const lease of ['', '..', '.', 'a/b', '-x', 'trash-1', 'a'.repeat(201)]) {
      await expect(workspaces.create(lease)).rejects.toMatchObject({ code: 'bad-lease-id' });
      await expect(workspaces.remove(lease)).rejects.toMatchObject({ code: 'bad-lease-id' });
    }
  });
});
