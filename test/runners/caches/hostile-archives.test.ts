import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { entryName } from '../../../runners/caches/cache-name.ts';
import { writeEntry } from '../../../runners/caches/entry-file.ts';
import { takePacked } from '../../../runners/caches/packed-cache.ts';
import { openCacheBench } from './cache-bench.ts';

type Member = { name: string; type?: '0' | '1' | '2' | '3' | '5'; link?: string; content?: string };

const file = (name: string): Member => ({ name, content: 'evil' });
const good: Member[] = [{ name: 'workspace/lib/', type: '5' }, file('workspace/lib/good')];

/** Archives that no tar makes by itself: `OUT` is a directory that the job does not own. */
const archives: Record<string, Member[]> = {
  'names that climb': [...good, file('workspace/lib/../../out/evil'), file('../out/evil')],
  'absolute names': [...good, file('OUT/evil')],
  'names of other files of the workspace': [...good, file('workspace/package.json'), file('workspace/libel')],
  'other files of the home directory': [...good, file('home/.profile')],
  'a link and a file behind it': [
    ...good,
    { name: 'workspace/lib/link', type: '2', link: 'OUT' },
    file('workspace/lib/link/evil'),
  ],
  'a link that climbs, in place of the directory': [
    { name: 'workspace/lib', type: '2', link: '../out' },
    file('workspace/lib/evil'),
  ],
  'a link in place of the workspace': [{ name: 'workspace', type: '2', link: 'OUT' }, ...good],
  'a hard link to a file outside, and then its content': [
    ...good,
    { name: 'workspace/lib/hard', type: '1', link: 'OUT/kept' },
    file('workspace/lib/hard'),
  ],
};

const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));

describe.each(['tar of this machine', ...(busybox ? ['tar of busybox'] : [])])('%s', (which) => {
  it.each(Object.entries(archives))('lets nothing out that holds %s', async (_, members) => {
    const bench = await openCacheBench();
    const { workspaceDir, home } = await bench.place();
    const out = join(workspaceDir, '../out');
    await mkdir(out);
    await writeFile(join(out, 'kept'), 'kept');
    await writeFile(join(workspaceDir, 'package.json'), 'mine');
    await putEntry(
      bench,
      members.map((member) => ({
        ...member,
        name: member.name.replace('OUT', out),
        ...(member.link === undefined ? {} : { link: member.link.replace('OUT', out) }),
      })),
    );
    const command = which === 'tar of busybox' ? await busyboxShell() : ['sh'];
    const { notes } = await bench.begin({ workspaceDir, home }, [{ key: 'k', paths: ['lib'] }], { command });
    expect(notes[0]).toMatch(/^cache k: (hit|not used: tar ended with)/);
    expect(await readdir(out)).toEqual(['kept']);
    expect(await readFile(join(out, 'kept'), 'utf8')).toBe('kept');
    expect(await readFile(join(workspaceDir, 'package.json'), 'utf8')).toBe('mine');
    expect(await readdir(home)).toEqual([]);
    const left = await readdir(workspaceDir);
    expect(left.filter((name) => name !== 'lib')).toEqual(['package.json']);
    // What is refused in part is taken back as a whole.
    expect(left.includes('lib')).toBe(notes[0]?.includes('hit'));
  });
});

it('an archive that the job put something else in place of is not read', async () => {
  const { place } = await openCacheBench();
  const { workspaceDir } = await place();
  const names = { archive: 'a.tar', result: 'a.txt', paths: ['lib'] };
  await writeFile(join(workspaceDir, 'a.txt'), '0\n 0\n');
  await symlink('/etc/passwd', join(workspaceDir, 'a.tar'));
  await expect(takePacked(workspaceDir, names, 1_000)).rejects.toMatchObject({ code: 'not-packed' });
  await writeFile(join(workspaceDir, 'a.txt'), '0\n 0\n');
  await mkdir(join(workspaceDir, 'a.tar'));
  await expect(takePacked(workspaceDir, names, 1_000)).rejects.toMatchObject({ code: 'not-packed' });
  await expect(takePacked(workspaceDir, names, 1_000)).rejects.toMatchObject({ code: 'not-packed' });
  expect(await readdir(workspaceDir)).toEqual([]);
});

async function putEntry({ blobs }: Awaited<ReturnType<typeof openCacheBench>>, members: Member[]) {
  const directory = await scratch();
  await writeFile(join(directory, 'tar'), archiveOf(members));
  const archive = await open(join(directory, 'tar'));
  const header = { key: 'k', paths: ['lib'] };
  const { signal } = new AbortController();
  await writeEntry(archive, header, join(directory, 'entry'), { signal });
  await archive.close();
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const kind = { os: process.platform, arch, paths: ['lib'] };
  const name = entryName({ repository: 'octo/shop', scope: 'branch-main' }, 'k', kind);
  await blobs.put(name ?? '', await readFile(join(directory, 'entry')));
}

/** POSIX 1003.1-1990, the format that every tar reads: blocks of 512 bytes, numbers in octal. */
function archiveOf(members: readonly Member[]): Buffer {
  const blocks = members.map(({ name, type = '0', link = '', content = '' }) => {
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write('0000777\0', 100);
    head.write('0000000\0', 108);
    head.write('0000000\0', 116);
    head.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write('00000000000\0', 136);
    head.write('        ', 148);
    head.write(type, 156);
    head.write(link, 157);
    head.write('ustar\x0000', 257);
    const sum = head.reduce((all, byte) => all + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    body.write(content);
    return Buffer.concat([head, body]);
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

async function busyboxShell(): Promise<string[]> {
  const directory = await scratch();
  for (const name of ['sh', 'tar', 'tail', 'head', 'rm', 'ln', 'mkdir', 'mktemp', 'cat', 'sleep'])
    await symlink(busybox ?? '', join(directory, name));
  return ['env', `PATH=${directory}`, join(directory, 'sh')];
}

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-hostile-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
