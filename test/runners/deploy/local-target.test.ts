import { readdir, readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  appspec,
  createDeployHost,
  type DeployHost,
  isRoot,
  itNeedsRoot,
  put,
  script,
} from './deploy-host.ts';

itNeedsRoot();

describe.runIf(isRoot)('a local deployment', () => {
  let host: DeployHost;
  beforeEach(async () => {
    host = await createDeployHost();
  });
  afterEach(() => host.close());

  const hooks = {
    ApplicationStop: 'scripts/stop.sh',
    BeforeInstall: 'scripts/before.sh',
    AfterInstall: 'scripts/after.sh',
    ApplicationStart: 'scripts/start.sh',
    ValidateService: 'scripts/health.sh',
  };
  const bundle = (version: string, more: Record<string, string> = {}) => {
    const log = script(`echo "${version} $LIFECYCLE_EVENT" >> ${host.file('log')}`, `echo said ${version}`);
    return {
      'appspec.yml': appspec(host, hooks),
      'app/index.html': version,
      ...Object.fromEntries(Object.values(hooks).map((path) => [path, log])),
      ...more,
    };
  };

  it('runs the hooks in order, and installs between BeforeInstall and AfterInstall', async () => {
    const installed = `ls ${host.srv}/app 2>/dev/null >> ${host.file('log')}; true`;
    const done = await host.deploy({
      bundle: bundle('one', {
        'scripts/before.sh': script(`echo before >> ${host.file('log')}`, installed),
        'scripts/after.sh': script(`echo after >> ${host.file('log')}`, installed),
      }),
    });
    expect(done).toMatchObject({ outcome: 'success', externalId: expect.stringMatching(/^[0-9a-f]{20}$/) });
    expect(await host.read('log')).toBe(
      'before\nafter\nindex.html\none ApplicationStart\none ValidateService\n',
    );
    expect(done.steps).toEqual([
      'CheckBundle success',
      'ApplicationStop skipped',
      'DownloadBundle success',
      'BeforeInstall success',
      'Install success',
      'AfterInstall success',
      'ApplicationStart success',
      'ValidateService success',
    ]);
    expect(done.text).toContain('$ scripts/start.sh (as www-data)\nsaid one\n');
    expect(done.events.filter((event) => event.type === 'status').map((event) => event.status)).toEqual([
      'queued',
      'running',
      'success',
    ]);
  });

  it('stops the application with the script of the last successful revision', async () => {
    await host.deploy({ bundle: bundle('one') });
    const two = await host.deploy({ bundle: bundle('two', { 'scripts/health.sh': script('exit 7') }) });
    expect(two.outcome).toBe('failure');
    const three = await host.deploy({ bundle: bundle('three') });
    expect(three.outcome).toBe('success');
    const stops = (await host.read('log')).split('\n').filter((line) => line.endsWith('ApplicationStop'));
    expect(stops).toEqual(['one ApplicationStop', 'one ApplicationStop']);
    await host.deploy({ bundle: bundle('four') });
    expect(await host.read('log')).toContain('three ApplicationStop\n');
  });

  it('ends with the first failing hook, and says which, how and what it printed', async () => {
    const failing = script('echo "no route to $TOKEN" >&2', 'exit 7');
    const done = await host.deploy({
      bundle: bundle('one', { 'scripts/start.sh': failing }),
      secrets: { TOKEN: 'very-secret-value' },
    });
    expect(done.outcome).toBe('failure');
    expect(done.reason).toEqual({
      code: 'hook_failed',
      message:
        'ApplicationStart: scripts/start.sh (as www-data) ended with exit code 7. Its last lines:\nno route to ***',
    });
    expect(done.steps.at(-1)).toBe('ApplicationStart failure');
    expect(done.events).toContainEqual({
      type: 'step-finished',
      name: 'ApplicationStart',
      outcome: 'failure',
      exitCode: 7,
    });
  });

  it('is blocked by a broken stop script until the plan says to go on', async () => {
    await host.deploy({ bundle: bundle('one', { 'scripts/stop.sh': script('exit 1') }) });
    const blocked = await host.deploy({ bundle: bundle('two') });
    expect(blocked).toMatchObject({
      outcome: 'failure',
      steps: ['CheckBundle success', 'ApplicationStop failure'],
    });
    const options = { ignoreApplicationStopFailures: true };
    const passed = await host.deploy({ bundle: bundle('three'), options });
    expect(passed.outcome).toBe('success');
    expect(passed.steps).toContain('ApplicationStop failure');
    expect(passed.text).toContain('The deployment goes on all the same');
  });

  it('refuses a bundle that cannot be deployed before it stops the application', async () => {
    await host.deploy({ bundle: bundle('one') });
    const broken = bundle('two');
    const done = await host.deploy({
      bundle: {
        ...broken,
        'appspec.yml': `${appspec(host, { AfterInstall: 'scripts/gone.sh' })}    - location: scripts/dos.sh\n      runas: daemon\n`,
        'scripts/dos.sh': '#!/bin/sh\r\ntrue\r\n',
      },
    });
    expect(done).toMatchObject({ outcome: 'error', reason: { code: 'bundle_invalid' } });
    expect(done.reason?.message).toContain('scripts/gone.sh (AfterInstall, line 8) is not in the bundle.');
    expect(done.reason?.message).toContain(
      'to run as daemon. octo/shop may run scripts as: www-data, nobody.',
    );
    expect(done.reason?.message).toContain('scripts/dos.sh (AfterInstall, line 9) has Windows line ends');
    expect(await host.read('log')).not.toContain('ApplicationStop');
  });

  it('refuses a bundle without an appspec file, and says when it is one directory too deep', async () => {
    const { reason } = await host.deploy({ bundle: { 'shop/appspec.yml': 'version: 0.0' } });
    expect(reason?.code).toBe('appspec_invalid');
    expect(reason?.message).toContain('There is shop/appspec.yml: zip the contents of that directory');
  });

  it('refuses a bundle that is not the one that was built', async () => {
    const done = await host.deploy({ bundle: bundle('one'), sha256: '0'.repeat(64) });
    expect(done).toMatchObject({ outcome: 'error', reason: { code: 'bundle_mismatch' } });
    expect(done.reason?.message).toContain(`expected ${'0'.repeat(64)}`);
  });

  it('refuses a repository and a destination without a rule', async () => {
    const other = await host.deploy({ bundle: bundle('one'), repository: 'octo/other' });
    expect(other).toMatchObject({ outcome: 'error', reason: { code: 'not_allowed' } });
    const outside = appspec({ srv: '/etc' });
    const done = await host.deploy({ bundle: bundle('one', { 'appspec.yml': outside }) });
    expect(done.reason?.message).toMatch(/destination on line 4 cannot be used: \/etc\/app is outside/);
  });

  it('runs hooks with a clean environment, as the user asked for, with that user`s groups', async () => {
    process.env['HOOKLINE_TEST_LEAK'] = 'leaked';
    const database = 'it\'s\n$HOME `id` "x"\n';
    const dump = script(
      `env -0 > ${host.file('env')}`,
      `id > ${host.file('id')}`,
      `pwd > ${host.file('pwd')}`,
    );
    const yml = `${appspec(host, { AfterInstall: 'scripts/dump.sh' })}      runas: nobody\n`;
    const done = await host.deploy({
      bundle: { 'appspec.yml': yml, 'app/a': '', 'scripts/dump.sh': dump },
      secrets: { DATABASE: database, PATH: '/evil', LD_PRELOAD: '/nowhere.so' },
    });
    delete process.env['HOOKLINE_TEST_LEAK'];
    expect(done.outcome).toBe('success');
    const variables = (await host.read('env')).split('\0').filter((each) => each !== '');
    const names = variables.map((each) => each.slice(0, each.indexOf('=')));
    const expected = ['APPLICATION_NAME', 'DATABASE', 'DEPLOYMENT_GROUP_ID', 'DEPLOYMENT_GROUP_NAME'];
    expected.push('DEPLOYMENT_ID', 'HOME', 'LANG', 'LD_PRELOAD', 'LIFECYCLE_EVENT', 'PATH', 'PWD', 'USER');
    expect(names.sort()).toEqual(expected);
    expect(variables).toContain(`DATABASE=${database}`);
    expect(variables).toContain('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    expect(variables).toContain('APPLICATION_NAME=octo/shop');
    expect(await host.read('id')).toBe('uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)\n');
    expect((await host.read('pwd')).trim()).toMatch(
      new RegExp(`^${host.stateDirectory}/.*/revisions/[0-9a-f]+$`),
    );
  });

  it('lets hooks read their bundle and not change it', async () => {
    const attempt = script(
      'cat app/index.html',
      'touch scripts/new.sh 2>/dev/null && exit 1',
      'echo x >> scripts/after.sh 2>/dev/null && exit 2',
      'ls .. 2>/dev/null && exit 3',
      'exit 0',
    );
    const done = await host.deploy({ bundle: bundle('one', { 'scripts/after.sh': attempt }) });
    expect(done).toMatchObject({ outcome: 'success' });
  });

  it('makes a script executable that is not, and says so', async () => {
    const yml = appspec(host, { AfterInstall: 'scripts/plain' });
    const bundled = { 'appspec.yml': yml, 'app/a': '', 'scripts/plain': script('echo ran') };
    const done = await host.deploy({ bundle: bundled });
    expect(done.text).toMatch(/Warning: scripts\/plain \(AfterInstall, line 8\) is not executable/);
    expect(done.text).toContain('ran\n');
  });

  it('parses the hooks around traffic and does not run them', async () => {
    const yml = appspec(host, { BeforeBlockTraffic: 'scripts/none.sh' });
    const done = await host.deploy({ bundle: { 'appspec.yml': yml, 'app/a': '' } });
    expect(done.outcome).toBe('success');
    expect(done.text).toContain('The scripts of BeforeBlockTraffic are not run');
  });

  it('keeps the last five bundles and the last successful one', async () => {
    const good = await host.deploy({ bundle: bundle('good') });
    const ids: (string | undefined)[] = [];
    for (let at = 0; at < 6; at += 1) {
      const failing = { 'scripts/before.sh': script('exit 1') };
      ids.push((await host.deploy({ bundle: bundle(`bad ${at}`, failing) })).externalId);
    }
    const [targetId = ''] = await readdir(host.stateDirectory);
    const kept = await readdir(`${host.stateDirectory}/${targetId}/revisions`);
    expect(kept.sort()).toEqual([good.externalId, ...ids.slice(1)].sort());
  });

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
