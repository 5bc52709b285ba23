import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeploymentRequest } from '../../../../runners/deploy/deployment-target.ts';
import {
  appspec,
  contentOf,
  createDeployHost,
  type DeployHost,
  eventually,
  isRoot,
  itNeedsRoot,
  script,
} from '../deploy-host.ts';

itNeedsRoot();

const deployer = fileURLToPath(new URL('crashing-deployer.ts', import.meta.url));

describe.runIf(isRoot)('a deployment whose deployer was killed', () => {
  let host: DeployHost;
  beforeEach(async () => {
    host = await createDeployHost();
  });
  afterEach(() => host.close());

  /** Deploys in another process and kills it as soon as it has printed `word`. */
  async function killAt(word: string, request: DeploymentRequest, hangsWhileExtracting = false) {
    const { stateDirectory, policies } = host;
    const argument = JSON.stringify({ stateDirectory, policies, request, hangsWhileExtracting });
    const child = spawn(process.execPath, [deployer, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    for await (const chunk of child.stdout) {
      if (String(chunk).includes(word)) child.kill('SIGKILL');
    }
    expect(await exited).toEqual([null, 'SIGKILL']);
  }

  const hanging = () => ({
    'appspec.yml': appspec(host, { BeforeInstall: 'before.sh', AfterInstall: 'after.sh' }),
    'app/index.html': 'one',
    'before.sh': script(`echo before >> ${host.file('log')}`),
    'after.sh': script(
      `echo after >> ${host.file('log')}`,
      `echo $$ > ${host.file('pid')}`,
      'echo hangs',
      'sleep 60',
    ),
  });

  it('ends as an error that names the event, and runs no hook a second time', async () => {
    const key = 'key of the test';
    const request = await host.newRequest({ bundle: hanging(), key });
    await killAt('hangs', request);
    const again = await host.deploy({ bundle: hanging(), key });
    expect(again).toMatchObject({ outcome: 'error', reason: { code: 'interrupted' }, steps: [] });
    expect(again.reason?.message).toContain('was interrupted during AfterInstall');
    expect(await host.read('log')).toBe('before\nafter\n');
    expect(await host.deploy({ bundle: hanging(), key })).toMatchObject({
      outcome: 'error',
      reason: { code: 'interrupted' },
    });
  });

  it('has its script stopped before the next deployment begins', async () => {
    await killAt('hangs', await host.newRequest({ bundle: hanging() }));
    const pid = Number(await host.read('pid'));
    expect(() => process.kill(pid, 0)).not.toThrow();
    const next = await host.deploy({ bundle: { 'appspec.yml': appspec(host), 'app/index.html': 'two' } });
    expect(next.outcome).toBe('success');
    await eventually(async () => {
      const stat = await contentOf(`/proc/${pid}/stat`);
      return stat === undefined || / Z /.test(stat) ? true : undefined;
    });
  });

  it('leaves files behind that the next deployment knows as its own', async () => {
    await killAt('hangs', await host.newRequest({ bundle: hanging() }));
    const next = await host.deploy({ bundle: { 'appspec.yml': appspec(host), 'app/other.html': 'two' } });
    expect(next.outcome).toBe('success');
    expect(await contentOf(`${host.srv}/app/index.html`)).toBeUndefined();
  });

  it('starts afresh when nothing had been changed', async () => {
    const bundle = { 'appspec.yml': appspec(host), 'app/index.html': 'one' };
    const key = 'key of the test';
    await killAt('extracted', await host.newRequest({ bundle, key }), true);
    expect(await host.deploy({ bundle, key })).toMatchObject({ outcome: 'success' });
    expect(await contentOf(`${host.srv}/app/index.html`)).toBe('one');
  });
});

describe.runIf(isRoot)('a deployment that is asked for again', () => {
  let host: DeployHost;
  beforeEach(async () => {
    host = await createDeployHost();
  });
  afterEach(() => host.close());

  const logging = (name: string) => ({
    'appspec.yml': appspec(host, { AfterInstall: 'after.sh' }),
    'app/index.html': name,
    'after.sh': script(
      `echo ${name} begins >> ${host.file('log')}`,
      'sleep 0.2',
      `echo ${name} ends >> ${host.file('log')}`,
    ),
  });

  it('answers with what became of it, also to a new deployer', async () => {
    const first = await host.deploy({ bundle: logging('one'), key: 'k' });
    const request = await host.newRequest({ bundle: logging('one'), key: 'k' });
    const again = await host
      .newTarget()
      .deploy(request, { signal: new AbortController().signal, report() {} });
    expect(again).toEqual({ outcome: 'success', externalId: first.externalId });
    expect(await host.read('log')).toBe('one begins\none ends\n');
  });

  it('is followed when it is still being carried out', async () => {
    const both = await Promise.all([
      host.deploy({ bundle: logging('one'), key: 'k' }),
      host.deploy({ bundle: logging('one'), key: 'k' }),
    ]);
    expect(both.map(({ outcome }) => outcome)).toEqual(['success', 'success']);
    expect(await host.read('log')).toBe('one begins\none ends\n');
  });

  it('is refused when it comes with another bundle', async () => {
    await host.deploy({ bundle: logging('one'), key: 'k' });
    const other = await host.deploy({ bundle: logging('two'), key: 'k' });
    expect(other).toMatchObject({ outcome: 'error', reason: { code: 'key_reused' } });
  });

  it('waits for the one before it, and can be called off while it waits', async () => {
    const begun = Promise.withResolvers<void>();
    const first = host.deploy({
      bundle: logging('one'),
      onEvent: (event) => event.type === 'output' && event.text.includes('$ after.sh') && begun.resolve(),
    });
    await begun.promise;
    const second = host.deploy({ bundle: logging('two') });
    const calledOff = new AbortController();
    const third = await host.deploy({
      bundle: logging('three'),
      signal: calledOff.signal,
      onEvent: (event) => event.type === 'status' && event.status === 'queued' && calledOff.abort(),
    });
    expect(third).toMatchObject({ outcome: 'cancelled', reason: { code: 'cancelled' } });
    expect([(await first).outcome, (await second).outcome]).toEqual(['success', 'success']);
    const log = (await host.read('log')).split('\n').filter((line) => line !== '');
    expect(log.filter((line) => line.endsWith('begins'))).toHaveLength(2);
    expect(log.map((line) => line.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends']);
  });
});
