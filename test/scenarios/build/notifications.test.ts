import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunDetail } from '../../../src/runs/history.ts';
import { isFinal } from '../../../src/runs/run.ts';
import { isSignedBy, startHookReceiver } from '../../src/notify/hook-receiver.ts';
import { startMailServer } from '../../src/notify/mail-server.ts';
import { openBuildWorld } from './build-world.ts';

const from = 'hookline <ci@example.com>';
const secret = 'a secret of sixteen and more';
const fails = { rules: [{ when: /make/, does: { exitCode: 3 } }] } as const;

/** A pipeline that fails, and whoever is told of it. */
async function open(notifications: readonly string[], { mail = true } = {}) {
  const [hooks, mails] = [await startHookReceiver(), await startMailServer()];
  onTestFinished(async () => {
    await hooks.close();
    await mails.close();
  });
  const lines = notifications.map((each) => `  - ${each.replace('HOOK', hooks.url)}`);
  const pipeline = ['image: debian:12', 'steps: [make]', 'notifications:', ...lines].join('\n');
  const settings = mail ? { mail: { smtpUrl: `smtp://127.0.0.1:${mails.port}`, from } } : {};
  const world = await openBuildWorld(pipeline, fails, { ...settings, secret });
  return { hooks, mails, world };
}

const isTold = ({ status, notifications = [] }: RunDetail) =>
  isFinal(status) && notifications.every(({ delivery }) => delivery !== 'pending');

describe('the end of a run', () => {
  it('is told by e-mail and by a signed webhook, once each, and the run says so', async () => {
    const { hooks, mails, world } = await open(['email: author', '{ webhook: HOOK/ci }']);
    await world.push();
    const run = await world.run((each) => isTold(each) && each.notifications?.length === 2);
    expect(run.notifications).toMatchObject([
      { channel: 'email', to: 'ada@example.com', delivery: 'sent', tries: 1 },
      { channel: 'webhook', to: new URL(hooks.url).host, delivery: 'sent', tries: 1 },
    ]);
    expect(mails.mails).toHaveLength(1);
    // Lines that are too long for a letter end with `=`.
    const text = mails.mails[0]?.lines.join('\n').replaceAll('=\n', '');
    expect(text).toContain(`https://ci.example.com/runs/${run.id}`);
    expect(text).toMatch(/build, step make: exited with code 3$/m);
    const [received] = hooks.received;
    expect(hooks.received).toHaveLength(1);
    expect(received && isSignedBy(secret, received)).toBe(true);
    expect(JSON.parse(received?.body ?? '')).toMatchObject({
      run: { id: run.id, status: 'failure', result: 'Failed', previousStatus: null },
    });
  });

  it('is told again when the receiver had no time for it, under the same id', async () => {
    const { hooks, world } = await open(['webhook: HOOK']);
    hooks.answers.push({ status: 503 });
    await world.push();
    const run = await world.run((each) => isTold(each) && each.notifications?.[0]?.delivery === 'sent');
    expect(run.notifications).toMatchObject([{ tries: 2 }]);
    expect(new Set(hooks.received.map(({ headers }) => headers['x-hookline-delivery'])).size).toBe(1);
    expect(hooks.received).toHaveLength(2);
  });

  it('is told when it changed, and held against the run before', async () => {
    const { hooks, world } = await open([
      '{ webhook: HOOK/change, on_failure: change }',
      '{ webhook: HOOK/always }',
    ]);
    await world.push();
    await world.run((each) => isTold(each) && each.notifications?.length === 2);
    await world.push();
    const second = await world.run((each) => each.number === 2 && isTold(each) && hooks.received.length >= 3);
    // What was not to be told leaves no trace.
    await expect.poll(async () => (await world.run()).notifications?.length, { timeout: 30_000 }).toBe(1);
    expect(second.number).toBe(2);
    expect(hooks.received.map(({ path }) => path).sort()).toEqual(['/always', '/always', '/change']);
    expect(JSON.parse(hooks.received.at(-1)?.body ?? '')).toMatchObject({ run: { result: 'Still Failing' } });
  });

  it('is told to nobody by mistake: what cannot be told is said with the run, and no secret is', async () => {
    const { hooks, world } = await open(
      [
        'email: team@example.com',
        '{ slack: $TOKEN }',
        '{ webhook: "http://169.254.169.254/latest" }',
        '{ webhook: $NOT_SET }',
      ],
      { mail: false },
    );
    await world.push();
    const run = await world.run((each) => isTold(each) && each.notifications?.length === 4);
    expect(run.status).toBe('failure');
    expect(run.notifications?.map(({ delivery }) => delivery)).toEqual([
      'failed',
      'failed',
      'failed',
      'failed',
    ]);
    const problems = run.notifications?.map(({ problem }) => problem) ?? [];
    expect(problems[0]).toContain('e-mail is not set up');
    expect(problems[1]).toContain('secret TOKEN of octo/app holds no address');
    expect(problems[2]).toContain('HOOKLINE_NOTIFY_ALLOW');
    expect(problems[3]).toContain('hookline secrets set octo/app NOT_SET');
    expect(JSON.stringify(run)).not.toContain('open sesame');
    expect(hooks.received).toEqual([]);
  });
});
