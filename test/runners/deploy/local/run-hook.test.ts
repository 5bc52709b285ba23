import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

describe.runIf(isRoot)('a script of a deployment', () => {
  let host: DeployHost;
  const toStop: number[] = [];
  beforeEach(async () => {
    host = await createDeployHost({ maxLines: 100 });
  });
  afterEach(async () => {
    for (const pid of toStop.splice(0)) process.kill(pid, 'SIGKILL');
    await host.close();
  });

  const start = (lines: readonly string[], more = '') => ({
    'appspec.yml': appspec(host, { ApplicationStart: 'start.sh' }) + more,
    'app/a': '',
    'start.sh': script(...lines),
  });
  const isGone = (pid: number) => async () => {
    const stat = await contentOf(`/proc/${pid}/stat`);
    return stat === undefined || / Z /.test(stat) ? true : undefined;
  };

  it('is stopped with its whole process group when its time is up', async () => {
    const deaf = ["trap '' TERM", `sleep 60 & echo $! > ${host.file('pid')}`, 'echo waiting', 'wait; wait'];
    const done = await host.deploy({ bundle: start(deaf, '      timeout: 1\n') });
    expect(done).toMatchObject({ outcome: 'failure', reason: { code: 'hook_timed_out' } });
    expect(done.reason?.message).toBe(
      'ApplicationStart: start.sh (as www-data) did not end within 1 s and was stopped. Its last lines:\nwaiting',
    );
    await eventually(isGone(Number(await host.read('pid'))));
  });

  it('is stopped when the deployment is cancelled', async () => {
    const stop = new AbortController();
    const done = await host.deploy({
      bundle: start([`sleep 60 & echo $! > ${host.file('pid')}`, 'echo ready', 'wait']),
      signal: stop.signal,
      onEvent: (event) =>
        event.type === 'output' && event.text.includes('ready') && stop.abort(new Error('cancel')),
    });
    expect(done).toMatchObject({ outcome: 'cancelled', reason: { code: 'cancelled' } });
    expect(done.steps.at(-1)).toBe('ApplicationStart cancelled');
    await eventually(isGone(Number(await host.read('pid'))));
  });

  it('may leave a daemon running that holds its output and goes on printing', async () => {
    const count = host.file('count');
    const loop = `(while :; do echo tick; echo x >> ${count}; sleep 0.02; done) & echo $! > ${host.file('pid')}`;
    const done = await host.deploy({ bundle: start([loop, 'echo started']) });
    toStop.push(Number(await host.read('pid')));
    expect(done.outcome).toBe('success');
    expect(done.text).toContain('Processes that start.sh left running still hold its output.');
    const ticks = (await readFile(count, 'utf8')).length;
    // More than a pipe holds would block it; a closed pipe would kill it.
    await eventually(async () => ((await readFile(count, 'utf8')).length > ticks + 40 ? true : undefined));
  });

  it('may leave a daemon running that floods its output', async () => {
    const loop = `yes "$(head -c 2000 /dev/zero | tr '\\0' x)" & echo $! > ${host.file('pid')}`;
    const done = await host.deploy({ bundle: start([loop]) });
    toStop.push(Number(await host.read('pid')));
    expect(done.outcome).toBe('success');
    expect(done.text).toContain('… This script prints more than 100 lines; the rest is left out.');
    expect(done.text.match(/left out/g)).toHaveLength(1);
  });

  it('may leave a daemon running that closed its output, without a word about it', async () => {
    const done = await host.deploy({
      bundle: start([`sleep 60 >/dev/null 2>&1 & echo $! > ${host.file('pid')}`]),
    });
    toStop.push(Number(await host.read('pid')));
    expect(done.outcome).toBe('success');
    expect(done.text).not.toContain('left running');
  });

  it('prints by any of the usual ways, in order', async () => {
    const done = await host.deploy({
      bundle: start([
        'echo one',
        'echo two >&2',
        'echo three > /dev/stderr',
        'echo four > /dev/stdout',
        'printf five',
      ]),
    });
    expect(done.text).toContain('one\ntwo\nthree\nfour\nfive\n');
  });

  it('is told of when it is ended by a signal or cannot be started', async () => {
    const killed = await host.deploy({ bundle: start(['kill -KILL $$']) });
    expect(killed.reason?.message).toMatch(/was ended by SIGKILL. It printed nothing./);
    const bundle = { ...start([]), 'start.sh': '#!/no/such/interpreter\n' };
    const broken = await host.deploy({ bundle });
    expect(broken).toMatchObject({ outcome: 'failure', reason: { code: 'hook_failed' } });
    expect(broken.reason?.message).toMatch(/ended with exit code 12[67].*not found/s);
  });

  it('shares the 3600 seconds of its event, and an earlier failure leaves later ones out', async () => {
    const more = '    - location: second.sh\n';
    const bundle = { ...start(['exit 3'], more), 'second.sh': script(`touch ${host.file('second')}`) };
    expect((await host.deploy({ bundle })).outcome).toBe('failure');
    expect(await contentOf(host.file('second'))).toBeUndefined();
  });
});
