import { linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { treeBytes, volumeBytes } from '../../../runners/workspace/disk-use.ts';

const { signal } = new AbortController();

it('counts what files take, each once, and nothing outside', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hookline-disk-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'file'), Buffer.alloc(2 ** 20, 1));
  linkSync(join(directory, 'file'), join(directory, 'same'));
  symlinkSync('/usr', join(directory, 'outside'));
  const bytes = await treeBytes(directory, { signal });
  expect(bytes).toBeGreaterThanOrEqual(2 ** 20);
  expect(bytes).toBeLessThan(1.2 * 2 ** 20);
  expect(await volumeBytes(directory)).toBeGreaterThan(0);
});

it('takes nothing for what is gone, and ends with its signal', async () => {
  expect(await treeBytes(join(tmpdir(), 'hookline-is-not-there'), { signal })).toBe(0);
  await expect(treeBytes('/', { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over');
});
