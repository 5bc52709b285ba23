import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appspec, createDeployHost, type DeployHost, isRoot, itNeedsRoot, script } from './deploy-host.ts';
import { sampleBundle } from './sample-bundle.ts';
import type { Bundle } from './zip-of.ts';

itNeedsRoot();

describe.runIf(isRoot)('a local deployment', () => {
  let host: DeployHost;
  beforeEach(async () => {
    host = await createDeployHost();
  });
  afterEach(() => host.close());

  const bundle = (version: string, more?: Bundle) => sampleBundle(host, version, more);

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
});
