import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appspec, createDeployHost, type DeployHost, isRoot, itNeedsRoot, script } from '../deploy-host.ts';
import { sampleBundle } from '../sample-bundle.ts';
import type { Bundle } from '../zip-of.ts';

itNeedsRoot();

describe.runIf(isRoot)('the hooks of a local deployment', () => {
  let host: DeployHost;
  beforeEach(async () => {
    host = await createDeployHost();
  });
  afterEach(() => host.close());

  const bundle = (version: string, more?: Bundle) => sampleBundle(host, version, more);

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
});
