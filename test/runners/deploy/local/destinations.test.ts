import { chown, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  appspec,
  contentOf,
  createDeployHost,
  type DeployHost,
  isRoot,
  itNeedsRoot,
  put,
  script,
} from '../deploy-host.ts';

itNeedsRoot();

describe.runIf(isRoot)('files of a deployment', () => {
  let host: DeployHost;
  let outside: string;
  beforeEach(async () => {
    host = await createDeployHost();
    outside = `${host.base}/outside`;
    await mkdir(outside);
  });
  afterEach(() => host.close());

  const bundle = (more: Record<string, string> = {}) => ({
    'appspec.yml': appspec(host, more['before.sh'] ? { BeforeInstall: 'before.sh' } : {}),
    'app/index.html': 'new',
    ...more,
  });

  it('are not written through a link that leads out, and that is known before anything runs', async () => {
    await symlink(outside, `${host.srv}/app`);
    const done = await host.deploy({ bundle: bundle({ 'before.sh': script(`touch ${host.file('ran')}`) }) });
    expect(done).toMatchObject({ outcome: 'error', steps: ['CheckBundle error'] });
    expect(done.reason?.message).toContain(`since a symbolic link on the way leads to ${outside}`);
    expect(await readdir(outside)).toEqual([]);
  });

  it('are not written through a link that a script puts there at the last moment', async () => {
    await chown(host.srv, 33, 33);
    const done = await host.deploy({
      bundle: bundle({ 'before.sh': script(`ln -s ${outside} ${host.srv}/app`) }),
    });
    expect(done).toMatchObject({ outcome: 'error', reason: { code: 'not_allowed' } });
    expect(done.steps.at(-1)).toBe('Install error');
    expect(await readdir(outside)).toEqual([]);
  });

  it('are not removed through a link that leads out', async () => {
    await host.deploy({ bundle: bundle({ 'app/old/file': 'x' }) });
    await put(`${outside}/file`, 'not ours');
    const swap = script(`rm -r ${host.srv}/app/old`, `ln -s ${outside} ${host.srv}/app/old`);
    await chown(`${host.srv}/app`, 33, 33);
    await chown(`${host.srv}/app/old`, 33, 33);
    const done = await host.deploy({ bundle: bundle({ 'before.sh': swap }) });
    expect(done).toMatchObject({ outcome: 'success' });
    expect(done.text).toContain(`Left alone: ${host.srv}/app/old/file (`);
    expect(await contentOf(`${outside}/file`)).toBe('not ours');
  });

  it('replace a link in their place and leave what it pointed to alone', async () => {
    await put(`${outside}/secret`, 'not ours');
    await mkdir(`${host.srv}/app`);
    await symlink(`${outside}/secret`, `${host.srv}/app/index.html`);
    const done = await host.deploy({ bundle: bundle(), options: { fileExistsBehavior: 'OVERWRITE' } });
    expect(done).toMatchObject({ outcome: 'success' });
    expect(await contentOf(`${host.srv}/app/index.html`)).toBe('new');
    expect(await contentOf(`${outside}/secret`)).toBe('not ours');
  });

  it('go through a link that stays inside the allowed directories', async () => {
    await mkdir(`${host.srv}/releases`);
    await symlink('releases', `${host.srv}/app`);
    expect(await host.deploy({ bundle: bundle() })).toMatchObject({ outcome: 'success' });
    expect(await contentOf(`${host.srv}/releases/index.html`)).toBe('new');
    expect(await readlink(`${host.srv}/app`)).toBe('releases');
  });

  it('are copied whole and leave nothing unfinished behind', async () => {
    const large = Array.from({ length: 100_000 }, (_, at) => `line ${at}\n`).join('');
    await put(`${host.srv}/app/.hookline-left-by-somebody`, '');
    await host.deploy({ bundle: bundle({ 'app/large': large, 'app/empty': '' }) });
    expect((await contentOf(`${host.srv}/app/large`)) === large).toBe(true);
    expect(await contentOf(`${host.srv}/app/empty`)).toBe('');
    expect(await readdir(`${host.srv}/app`)).toEqual([
      '.hookline-left-by-somebody',
      'empty',
      'index.html',
      'large',
    ]);
  });

  it('belong to their repository and environment: another environment may not replace them', async () => {
    await host.deploy({ bundle: bundle() });
    const other = await host.deploy({ bundle: bundle(), environment: 'staging' });
    expect(other).toMatchObject({ outcome: 'error', reason: { code: 'install_failed' } });
  });
});
