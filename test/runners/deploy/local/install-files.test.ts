import { readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appspec, createDeployHost, type DeployHost, isRoot, itNeedsRoot, put } from '../deploy-host.ts';
import { sampleBundle } from '../sample-bundle.ts';
import type { Bundle } from '../zip-of.ts';

itNeedsRoot();

describe.runIf(isRoot)('what a local deployment installs', () => {
  let host: DeployHost;
  beforeEach(async () => {
    host = await createDeployHost();
  });
  afterEach(() => host.close());

  const bundle = (version: string, more?: Bundle) => sampleBundle(host, version, more);

  it('gives files the owner and mode that the appspec file asks for', async () => {
    const permissions = `permissions:
  - object: ${host.srv}/app
    pattern: "*.conf"
    owner: nobody
    group: nogroup
    mode: 640
    type: [file]
  - object: ${host.srv}/app
    type: [directory]
    mode: 2750
    owner: www-data
    group: www-data
`;
    const done = await host.deploy({
      bundle: {
        'appspec.yml': appspec(host, {}, permissions),
        'app/a.conf': '',
        'app/sub/b.conf': '',
        'app/run.sh': '',
      },
    });
    expect(done).toMatchObject({ outcome: 'success' });
    const look = async (path: string) => {
      const { uid, gid, mode } = await stat(`${host.srv}/app/${path}`);
      return [uid, gid, (mode & 0o7777).toString(8)];
    };
    expect(await look('a.conf')).toEqual([65534, 65534, '640']);
    expect(await look('sub')).toEqual([33, 33, '2750']);
    expect(await look('sub/b.conf')).toEqual([0, 0, '644']);
    expect(await look('run.sh')).toEqual([0, 0, '755']);
  });

  it('refuses permissions that hand out more than the rule allows', async () => {
    const permission = (object: string, lines: string) =>
      `  - object: ${host.srv}/app/${object}\n    ${lines}\n`;
    const done = await host.deploy({
      bundle: {
        'appspec.yml': appspec(
          host,
          {},
          `permissions:\n${permission('a', 'mode: 4755')}${permission('b', 'owner: daemon')}${permission('c', 'group: shadow')}${permission('d', 'acls: ["u:nobody:rw"]')}`,
        ),
        'app/a': '',
      },
    });
    const { message = '' } = done.reason ?? {};
    expect(message).toContain('sets the set-user-ID bit. Name an owner for it: www-data, nobody.');
    expect(message).toContain('names the owner daemon. Allowed: www-data, nobody, root.');
    expect(message).toContain('names the group shadow.');
    expect(message).toContain('sets `acls`, which a local deployment does not carry out.');
  });

  it('replaces what the revision before installed and removes what is gone', async () => {
    await host.deploy({ bundle: bundle('one', { 'app/old/deep/file': 'x', 'app/kept': '1' }) });
    await put(`${host.srv}/app/old/foreign`, 'by hand');
    const done = await host.deploy({ bundle: bundle('two', { 'app/kept': '2' }) });
    expect(done).toMatchObject({ outcome: 'success' });
    expect(await readFile(`${host.srv}/app/kept`, 'utf8')).toBe('2');
    await expect(stat(`${host.srv}/app/old/deep`)).rejects.toThrow('ENOENT');
    expect(await readFile(`${host.srv}/app/old/foreign`, 'utf8')).toBe('by hand');
  });

  it('turns a directory into a file and back', async () => {
    await host.deploy({ bundle: bundle('one', { 'app/thing/inner': 'x' }) });
    expect(await host.deploy({ bundle: bundle('two', { 'app/thing': 'file' }) })).toMatchObject({
      outcome: 'success',
    });
    expect(await readFile(`${host.srv}/app/thing`, 'utf8')).toBe('file');
    expect(await host.deploy({ bundle: bundle('three', { 'app/thing/inner': 'y' }) })).toMatchObject({
      outcome: 'success',
    });
    expect(await readFile(`${host.srv}/app/thing/inner`, 'utf8')).toBe('y');
  });

  it('does not overwrite a file that it did not put there, unless it is told to', async () => {
    const path = `${host.srv}/app/index.html`;
    await put(path, 'by hand');
    const refused = await host.deploy({ bundle: bundle('one') });
    expect(refused).toMatchObject({ outcome: 'error', reason: { code: 'install_failed' } });
    expect(refused.reason?.message).toContain(`are in the way: ${path}.`);
    expect(await readFile(path, 'utf8')).toBe('by hand');

    const retained = await host.deploy({ bundle: bundle('two'), options: { fileExistsBehavior: 'RETAIN' } });
    expect(retained).toMatchObject({ outcome: 'success' });
    expect(retained.text).toContain('Left 1 existing files as they are.');
    expect(await readFile(path, 'utf8')).toBe('by hand');

    const yml = appspec(host, {}, 'file_exists_behavior: OVERWRITE\n');
    const forced = await host.deploy({ bundle: bundle('three', { 'appspec.yml': yml }) });
    expect(forced).toMatchObject({ outcome: 'success' });
    expect(await readFile(path, 'utf8')).toBe('three');
  });
});
