import { describe, expect, it, onTestFinished } from 'vitest';
import { type Frame, isSignedBy, payloadOf, signFrame } from '../../../src/contract/frame.ts';
import { type Identity, identityOf, newSeed } from '../../../src/contract/keys.ts';
import { orderSchema } from '../../../src/contract/presence.ts';
import { silentLog } from '../../../src/log.ts';
import { createRunnerDesk } from '../../../src/runs/runner-desk.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlRunners } from '../../../src/sql/sql-runners.ts';

const [control, runner, deployer, stranger] = [1, 2, 3, 4].map(() => identityOf(newSeed())) as [
  Identity,
  Identity,
  Identity,
  Identity,
];

async function openDesk() {
  const db = await openSqlite(':memory:');
  onTestFinished(() => db.destroy());
  const registry = createSqlRunners(db);
  const sent: Frame[] = [];
  const link = { send: async (_: string, frame: Frame) => void sent.push(frame) };
  const enrolled = { runners: new Set([runner.publicKey]), deployers: new Set([deployer.publicKey]) };
  const desk = createRunnerDesk(
    { registry, link, now: () => 5_000, log: silentLog },
    { identity: control, enrolled },
  );
  return { desk, registry, sent };
}

function presence(by: Identity, more: Record<string, unknown> = {}, address = `${by.id}.p1`): Frame {
  const payload = {
    publicKey: by.publicKey,
    place: 'p1',
    kind: 'jobs',
    name: 'host',
    version: '1',
    labels: ['big'],
    slots: 2,
    busy: 0,
    state: 'ready',
    startedAtMs: 1,
    beat: 1,
    ...more,
  };
  return signFrame(by, { type: 'presence', subject: address, runner: address, payload });
}

describe('the desk of the runners', () => {
  it('notes an enrolled runner and answers with its order, signed', async () => {
    const { desk, registry, sent } = await openDesk();
    await desk.handle(presence(runner));
    await registry.give(`${runner.id}-p1`, 'pause', 'ann', 1);
    await desk.handle(presence(runner, { beat: 2 }));
    expect((await registry.list()).runners).toMatchObject([
      { id: `${runner.id}-p1`, labels: ['big'], seenAtMs: 5_000, order: { order: 'pause' } },
    ]);
    expect(sent.map((frame) => payloadOf(orderSchema, frame))).toEqual([
      { beat: 1, order: 'work' },
      { beat: 2, order: 'pause' },
    ]);
    expect(sent.every((frame) => isSignedBy(control.publicKey, frame))).toBe(true);
  });

  it('takes deployers as deployers, and neither for the other', async () => {
    const { desk, registry } = await openDesk();
    await desk.handle(presence(deployer, { kind: 'deployments' }));
    await desk.handle(presence(deployer, { kind: 'jobs', place: 'p2' }));
    await desk.handle(presence(runner, { kind: 'deployments' }));
    expect((await registry.list()).runners.map(({ kind }) => kind)).toEqual(['deployments']);
  });

  it('drops what a stranger says, what is forged, and what comes under another address', async () => {
    const { desk, registry, sent } = await openDesk();
    await desk.handle(presence(stranger));
    await desk.handle(presence(stranger, { publicKey: runner.publicKey }));
    await desk.handle({ ...presence(runner), payload: presence(runner, { labels: ['gpu'] }).payload });
    await desk.handle(presence(runner, {}, `${deployer.id}.p1`));
    await desk.handle({ ...presence(runner), payload: '{' });
    expect((await registry.list()).runners).toEqual([]);
    expect(sent).toEqual([]);
  });
});
