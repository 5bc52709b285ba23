import { expect, it } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { answerCheckRequest } from '../../../src/runs/answer-check-request.ts';
import type { CheckRequest } from '../../../src/runs/check-request.ts';
import type { Command } from '../../../src/runs/command.ts';
import { ForgeRefusal } from '../../../src/runs/forge.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlCommands } from '../../../src/sql/sql-commands.ts';
import { createSqlHistory } from '../../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlRunStore } from '../../../src/sql/sql-run-store.ts';
import { buildPlan, newRun, sampleChange, sampleDelivery } from './sample-run.ts';

const sha = sampleChange().sha;
const request: CheckRequest = {
  repository: 'octo/app',
  sha,
  externalId: 'run-test',
  ask: 'cancel',
  by: 'ada',
};
const signal = AbortSignal.timeout(60_000);

async function scene(plans = [buildPlan('test')]) {
  const db = await openSqlite(':memory:');
  const inbox = createSqlInbox(db, silentLog);
  await inbox.record(sampleDelivery('delivery'));
  const store = createSqlRunStore(db, { now: () => 1, newId: () => 'id', onEffects() {} });
  await store.settleDelivery('delivery', { outcome: 'runs', settledAtMs: 1 }, [newRun(plans)]);
  const commands = createSqlCommands(db);
  const ports = { history: createSqlHistory(db), commands, now: () => 2 };
  const yes = async () => true;
  const ask = (given: Partial<CheckRequest> = {}, mayWrite: () => Promise<boolean> = yes, tries = 0) =>
    answerCheckRequest({ ...request, ...given }, { id: 'pressed', tries }, { mayWrite }, ports, signal);
  const askAll = () => {
    const { externalId: _externalId, ...all } = request;
    const forge = { mayWrite: yes };
    return answerCheckRequest({ ...all, ask: 'rerun' }, { id: 'pressed', tries: 0 }, forge, ports, signal);
  };
  const asked = (): Promise<Command[]> => commands.take({ nowMs: 3, holdMs: 1, limit: 10 });
  const close = async () => {
    await inbox.close();
    await db.destroy();
  };
  return { ask, askAll, asked, close };
}

it('a button becomes one command, however often its delivery is planned', async () => {
  const { ask, asked, close } = await scene();
  expect(await ask()).toEqual({ no: 'ada asked to cancel run #1' });
  await ask();
  expect(await asked()).toMatchObject([{ runId: 'run', action: { type: 'cancel' }, by: 'ada' }]);
  await close();
});

it('all checks of a commit are those of its newest run of each event', async () => {
  const { askAll, asked, close } = await scene();
  expect(await askAll()).toEqual({ no: 'ada asked to rerun run #1' });
  expect(await asked()).toMatchObject([{ action: { type: 'retry', scope: 'failed' } }]);
  await close();
});

it.each([
  ['a job of another repository', { repository: 'octo/other' }],
  ['a job of another commit', { sha: 'b'.repeat(40) }],
  ['a job that there is not', { externalId: 'no-job' }],
])('%s is not commanded', async (_, given) => {
  const { ask, asked, close } = await scene();
  expect(await ask(given)).toEqual({ no: 'ada asked to cancel, but there is no run of that check here' });
  expect(await asked()).toEqual([]);
  await close();
});

it('whoever may not write commands nothing, nor does anybody while GitHub does not say', async () => {
  const { ask, asked, close } = await scene();
  expect(await ask({}, async () => false)).toMatchObject({ no: expect.stringContaining('may not') });
  const outage = async () => Promise.reject(new Error('no answer'));
  expect(await ask({}, outage)).toEqual({ again: 'no answer' });
  expect(await ask({}, outage, 4)).toEqual({ no: 'no answer' });
  const refusal = async () => Promise.reject(new ForgeRefusal('refused', 'Not Found'));
  expect(await ask({}, refusal)).toEqual({ no: 'Not Found' });
  expect(await asked()).toEqual([]);
  await close();
});
