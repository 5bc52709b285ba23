import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folderName, openOutDirectory } from '../../../src/local/out-directory.ts';
import { openRunDirectory } from '../../../src/local/run-directory.ts';

function folder(): string {
  const root = mkdtempSync(join(tmpdir(), 'hookline-places-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

describe('the directory of a run', () => {
  it('is there while the run lasts, and nothing of it afterwards', async () => {
    const root = folder();
    const place = await openRunDirectory(root, 'one', async () => {});
    writeFileSync(join(place.path, 'file'), 'x');
    await place.close();
    await place.close();
    expect(readdirSync(root)).toEqual(['all.lock']);
  });

  it('is swept with its containers when its process was killed, and left alone while that lives', async () => {
    const root = folder();
    const living = await openRunDirectory(root, 'living', async () => {});
    // What a killed process leaves: a lock that nobody holds any more.
    mkdirSync(join(root, 'dead/tree'), { recursive: true });
    writeFileSync(join(root, 'dead.lock'), '');
    const swept: string[] = [];
    const place = await openRunDirectory(root, 'new', async (owner) => swept.push(owner));
    expect(swept).toEqual(['hookline-run-dead']);
    expect(existsSync(join(root, 'dead'))).toBe(false);
    expect(existsSync(living.path)).toBe(true);
    await Promise.all([place.close(), living.close()]);
    expect(readdirSync(root)).toEqual(['all.lock']);
  });
});

const jobs = [
  { id: 'j1', name: 'build' },
  { id: 'j2', name: 'test (node=20)' },
];

describe('the directory for what a run makes', () => {
  it('has a folder for each job, with its artifacts and its log, and is nothing to git', async () => {
    const root = join(folder(), 'out');
    const out = await openOutDirectory(root, jobs);
    const put = await out.blobs.put('artifacts/run/j2/1/app.zip', Buffer.from('zip'));
    expect(put.sizeBytes).toBe(3);
    out.appendLog('build', ['one', 'two']);
    expect(readFileSync(out.artifactPath('test (node=20)', 'app.zip'), 'utf8')).toBe('zip');
    expect(readFileSync(join(root, 'build/log.txt'), 'utf8')).toBe('one\ntwo\n');
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toMatch(/^\*$/m);
    expect(readdirSync(join(root, 'test-node=20'))).toEqual(['app.zip']);
  });

  it('keeps nothing of an earlier run of the same jobs', async () => {
    const root = join(folder(), 'out');
    const first = await openOutDirectory(root, jobs);
    await first.blobs.put('artifacts/run/j1/1/old.zip', Buffer.from('zip'));
    await openOutDirectory(root, jobs);
    expect(existsSync(first.artifactPath('build', 'old.zip'))).toBe(false);
  });

  it('leaves nothing of an artifact that could not be made', async () => {
    const root = join(folder(), 'out');
    const out = await openOutDirectory(root, jobs);
    async function* broken() {
      yield Buffer.from('half');
      throw new Error('the zip broke');
    }
    await expect(out.blobs.put('artifacts/run/j1/1/app.zip', broken())).rejects.toThrow('the zip broke');
    expect(readdirSync(join(root, 'build'))).toEqual([]);
  });

  it('is no directory that holds anything of somebody else', async () => {
    const root = folder();
    mkdirSync(join(root, 'build'));
    writeFileSync(join(root, 'build/mine.txt'), 'mine');
    await expect(openOutDirectory(root, jobs)).rejects.toThrow('name a folder that is empty');
    expect(readFileSync(join(root, 'build/mine.txt'), 'utf8')).toBe('mine');
  });

  it.each([
    ['test (node=20, os=b)', 'test-node=20-os=b'],
    ['../up', 'up'],
    ['..', 'job'],
    ['ünï', 'n'],
  ])('has a folder for the job %s that is called %s', (job, name) => {
    expect(folderName(job)).toBe(name);
  });
});
