import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirectoryStore } from '../../../src/blobs/directory-store.ts';
import { fileRefusalOf } from '../../../src/blobs/file-errors.ts';
import { incomingName, thisWriter } from '../../../src/blobs/incoming-files.ts';
import { describeBlobStore } from '../../contracts/blob-store-contract.ts';

const temporaryRoot = () => mkdtemp(join(tmpdir(), 'hookline-blobs-'));
const text = (value: string) => new TextEncoder().encode(value);

describeBlobStore('a directory', async () => {
  const root = await temporaryRoot();
  const store = await openDirectoryStore({ root });
  return {
    store,
    reopen: () => openDirectoryStore({ root }),
    async close() {
      await store.close();
      await rm(root, { recursive: true });
    },
  };
});

describe('a directory store', () => {
  let base: string;
  let root: string;
  beforeEach(async () => {
    base = await temporaryRoot();
    root = join(base, 'made', 'here');
  });
  afterEach(() => rm(base, { recursive: true }));

  const incoming = () => join(root, 'incoming');
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

  it('lets only its own user read what it keeps', async () => {
    const store = await openDirectoryStore({ root });
    await store.put('runs/42/app.zip', text('x'));
    for (const folder of ['', 'objects', 'incoming', 'objects/runs+', 'objects/runs+/42+'])
      expect(await modeOf(join(root, folder))).toBe('700');
    expect(await modeOf(join(root, 'objects/runs+/42+/app.zip'))).toBe('600');
  });

  it('leaves no file of a failed put and no empty folder of a removed blob', async () => {
    const store = await openDirectoryStore({ root });
    async function* failing() {
      yield text('half');
      expect(await readdir(incoming())).toHaveLength(1);
      throw new Error('broken');
    }
    await expect(store.put('runs/42/app.zip', failing())).rejects.toThrow('broken');
    expect(await readdir(incoming())).toEqual([]);
    await store.put('runs/42/app.zip', text('x'));
    await store.remove('runs/42/app.zip');
    expect(await readdir(join(root, 'objects'))).toEqual([]);
    await store.put('top', text('x'));
    await store.remove('top');
    await store.put('runs/42/app.zip', text('x'));
    expect(await store.head('runs/42/app.zip')).toMatchObject({ sizeBytes: 1 });
  });

  it('puts into a folder that another process has removed meanwhile', async () => {
    const [store, other] = await Promise.all([openDirectoryStore({ root }), openDirectoryStore({ root })]);
    await store.put('runs/42/old', text('x'));
    await other.remove('runs/42/old');
    expect(await readdir(join(root, 'objects'))).toEqual([]);
    await store.put('runs/42/new', text('x'));
    expect(await other.head('runs/42/new')).toMatchObject({ sizeBytes: 1 });
  });

  it('sweeps at its start what dead processes of this host left, and what is a day old', async () => {
    await openDirectoryStore({ root });
    const { host } = thisWriter();
    const dead = spawnSync('true').pid;
    const hourAgo = new Date(Date.now() - 3_600_000);
    const names = {
      dead: incomingName({ host, pid: dead }, 'a'),
      ours: incomingName({ host, pid: process.pid }, 'b'),
      parent: incomingName({ host, pid: process.ppid }, 'c'),
      elsewhere: incomingName({ host: 'another.host', pid: dead }, 'd'),
      old: incomingName({ host: 'another.host', pid: 1 }, 'e'),
    };
    for (const name of Object.values(names)) {
      await writeFile(join(incoming(), name), 'half');
      await utimes(join(incoming(), name), hourAgo, hourAgo);
    }
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(incoming(), names.old), longAgo, longAgo);

    const store = await openDirectoryStore({ root });
    expect(await readdir(incoming())).toEqual([names.elsewhere, names.ours, names.parent].sort());
    const tomorrow = await openDirectoryStore({ root, now: () => Date.now() + 24 * 3_600_000 });
    expect(await readdir(incoming())).toEqual([]);
    await writeFile(join(incoming(), names.dead), 'half');
    expect(await store.sweep()).toEqual({ removed: 1 });
    await Promise.all([store.close(), tomorrow.close()]);
  });

  it('refuses a root that is a file or lies under one, and says what to set', async () => {
    await writeFile(join(base, 'file'), '');
    for (const bad of [join(base, 'file'), join(base, 'file', 'below')]) {
      const opening = openDirectoryStore({ root: bad });
      await expect(opening).rejects.toMatchObject({ name: 'BlobRefusal', code: 'not-writable' });
      await expect(opening).rejects.toThrow(/HOOKLINE_DATA_DIR/);
    }
  });

  it('finds by its check that the directory was taken away from it', async () => {
    const store = await openDirectoryStore({ root });
    await rm(incoming(), { recursive: true });
    await expect(store.check()).rejects.toMatchObject({ code: 'not-writable' });
    await writeFile(incoming(), '');
    await expect(store.check()).rejects.toMatchObject({ code: 'not-writable' });
    await rm(incoming());
    await mkdir(incoming());
    await store.check();
  });

  it('says of a full disk that it is full and what to do', async () => {
    // Linux answers every write to this device as a full disk does.
    const device = createWriteStream('/dev/full');
    device.end('x');
    const full: unknown = await finished(device).catch((error: unknown) => error);
    expect(fileRefusalOf(full, '/data/blobs')).toMatchObject({
      code: 'no-space',
      message: expect.stringMatching(/\/data\/blobs is full \(ENOSPC\): free space/),
    });
  });

  it('passes a producer that met a full disk of its own on as it is', async () => {
    const store = await openDirectoryStore({ root });
    const elsewhere = Object.assign(new Error('the workspace is full'), { code: 'ENOSPC' });
    const failing = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(elsewhere) }) };
    await expect(store.put('x', failing)).rejects.toBe(elsewhere);
  });

  it('whose disk is away says so, and takes nothing for removed', async () => {
    const store = await openDirectoryStore({ root });
    await store.put('kept', text('kept'));
    await rename(root, `${root}.away`);
    await expect(store.get('kept')).rejects.toMatchObject({ code: 'unreachable' });
    await expect(store.head('kept')).rejects.toMatchObject({ code: 'unreachable' });
    await rename(`${root}.away`, root);
    expect(await store.head('kept')).toMatchObject({ sizeBytes: 4 });
    expect(await store.get('never')).toBeUndefined();
  });
});
