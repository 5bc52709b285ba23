import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { git } from '../githost/git-program.ts';

const hook = fileURLToPath(new URL('../../bridges/git-hook/post-receive', import.meta.url));

it('the post-receive hook lets a push through when it was not set up, and says what is missing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hookline-hook-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  await git(directory, ['init', '--quiet', '--bare']);
  const input = `${'0'.repeat(40)} ${'a'.repeat(40)} refs/heads/main\n`;
  const tell = () => spawnSync('sh', [hook], { cwd: directory, input, encoding: 'utf8' });
  const missing =
    'hookline was not told: hookline.url, hookline.repository and hookline.secretFile must be set\n';
  expect(tell()).toMatchObject({ status: 0, stdout: '', stderr: missing });

  await git(directory, ['config', 'hookline.url', 'http://127.0.0.1:9/webhooks/git']);
  await git(directory, ['config', 'hookline.repository', 'team/site']);
  await git(directory, ['config', 'hookline.secretFile', join(directory, 'none')]);
  expect(tell()).toMatchObject({ status: 0, stdout: '', stderr: missing });
});
