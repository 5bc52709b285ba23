import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { answerComment } from '../../../src/runs/answer-comment.ts';
import { carryOutCommand } from '../../../src/runs/carry-out-command.ts';
import type { CommentCommand } from '../../../src/runs/comment-command.ts';
import type { NewRun } from '../../../src/runs/create-run.ts';
import { ForgeRefusal } from '../../../src/runs/forge.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlCommands } from '../../../src/sql/sql-commands.ts';
import { createSqlHistory } from '../../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlRunStore } from '../../../src/sql/sql-run-store.ts';
import { buildPlan, newRun, sampleChange, sampleDelivery } from './sample-run.ts';

const { sha } = sampleChange();
const signal = AbortSignal.timeout(60_000);

const ofPull = (number: number, fork = false) => ({
  event: 'pull_request' as const,
  ref: `refs/pull/${number}/head`,
  fork,
  author: { name: 'Mallory', login: 'mallory' },
  pullRequest: {
    number,
    title: 'A change',
    headRepository: fork ? 'mallory/app' : 'octo/app',
    headBranch: 'topic',
    baseBranch: 'main',
    baseSha: 'b'.repeat(40),
    fork,
    draft: false,
  },
});

type Given = {
  by?: string;
  head?: string | undefined;
  mayWrite?: () => Promise<boolean>;
  tries?: number;
  isLate?: true;
};

async function scene(runs: readonly NewRun[] = [newRun([buildPlan('test')], { change: ofPull(7) })]) {
  const db = await openSqlite(':memory:');
  const inbox = createSqlInbox(db, silentLog);
  onTestFinished(async () => {
    await inbox.close();
    await db.destroy();
  });
  const store = createSqlRunStore(db, { now: () => 1, newId: () => 'id', onEffects() {} });
  for (const run of runs) {
    await inbox.record(sampleDelivery(run.deliveryId));
    await store.settleDelivery(run.deliveryId, { outcome: 'runs', settledAtMs: 1 }, [run]);
  }
  const commands = createSqlCommands(db);
  const ports = { history: createSqlHistory(db), store, commands, now: () => 2 };
  const ask = (command: CommentCommand, given: Given = {}) =>
    answerComment(
      { repository: 'octo/app', pullRequest: 7, commentId: 11, by: given.by ?? 'ada', command },
      { id: 'd', source: 'github', tries: given.tries ?? 0, ...(given.isLate ? { isLate: true } : {}) },
      {
        mayWrite: given.mayWrite ?? (async () => true),
        pullRequestHead: async () => ('head' in given ? given.head : sha),
      },
      ports,
      signal,
    );
  const carryOut = async () => {
    const taken = await commands.take({ nowMs: 3, holdMs: 1, limit: 10 });
    for (const command of taken) await carryOutCommand(command, { store, now: () => 3, log: silentLog });
    return taken;
  };
  return { ask, carryOut, store };
}

const taken = (no: string) => ({ no, answers: [expect.objectContaining({ sign: 'taken', commentId: 11 })] });
const refused = (text: RegExp) => ({
  answers: [{ sign: 'refused', text: expect.stringMatching(text) }],
});

describe('a command in a comment', () => {
  it('is written down for the run of the head, once however often its delivery is planned', async () => {
    const { ask, carryOut, store } = await scene();
    expect(await ask({ type: 'cancel' })).toEqual(taken('ada wrote /hookline cancel: run #1'));
    await ask({ type: 'cancel' });
    expect(await carryOut()).toMatchObject([{ runId: 'run', action: { type: 'cancel' }, by: 'ada' }]);
    expect((await store.get('run'))?.status).toBe('cancelled');
    // Planned again after it was carried out, it is answered as it went.
    expect(await ask({ type: 'cancel' })).toEqual(taken('ada wrote /hookline cancel: run #1'));
  });

  it('tells in words what cannot be done', async () => {
    const { ask, carryOut } = await scene();
    expect(await ask({ type: 'retry' })).toMatchObject(
      refused(/run \\#\u200b1 is queued; only a run that has ended/),
    );
    expect(await ask({ type: 'mistake', message: 'no *such* @ada' })).toMatchObject(
      refused(/^no \\\*such\\\* @\u200bada$/),
    );
    expect(await ask({ type: 'cancel' }, { head: 'c'.repeat(40) })).toMatchObject(
      refused(/nothing is running/),
    );
    expect(await ask({ type: 'cancel' }, { head: undefined })).toMatchObject(refused(/not open any more/));
    expect(await carryOut()).toEqual([]);
  });

  it('of somebody who may not write gets a sign and no words', async () => {
    const { ask, carryOut } = await scene();
    for (const type of ['cancel', 'help'] as const) {
      const { answers } = (await ask({ type }, { mayWrite: async () => false })) as { answers: object[] };
      expect(answers).toEqual([expect.objectContaining({ sign: 'refused' })]);
      expect(answers[0]).not.toHaveProperty('text');
    }
    expect(await carryOut()).toEqual([]);
  });

  it('waits while GitHub does not say who may write, but not for ever', async () => {
    const { ask } = await scene();
    const outage = async () => Promise.reject(new Error('no answer'));
    expect(await ask({ type: 'cancel' }, { mayWrite: outage })).toEqual({ again: 'no answer' });
    const no = 'ada wrote /hookline cancel: no answer';
    expect(await ask({ type: 'cancel' }, { mayWrite: outage, tries: 4 })).toEqual({ no, answers: [] });
    const refusal = async () => Promise.reject(new ForgeRefusal('not-found', 'no answer'));
    expect(await ask({ type: 'cancel' }, { mayWrite: refusal })).toEqual({ no, answers: [] });
  });

  it('that is found only later does not stop what stands there by now', async () => {
    const { ask, carryOut } = await scene();
    expect(await ask({ type: 'cancel' }, { isLate: true })).toMatchObject(refused(/write it again/));
    expect(await carryOut()).toEqual([]);
  });

  it('speaks of this pull request and of the push of its head, not of another of the same commit', async () => {
    const plans = [buildPlan('test')];
    const { ask } = await scene([
      newRun(plans, { id: 'a', deliveryId: 'a' }),
      newRun(plans, { id: 'b', deliveryId: 'b', change: ofPull(7) }),
      newRun(plans, { id: 'c', deliveryId: 'c', change: ofPull(8) }),
    ]);
    expect(await ask({ type: 'cancel' })).toEqual(taken('ada wrote /hookline cancel: run #2, #1'));
  });
});

describe('an approval in a comment', () => {
  const stranger = () => [newRun([buildPlan('test')], { change: ofPull(7, true) })];

  it('lets the commit of a fork run that it names, which is the head', async () => {
    const { ask, carryOut, store } = await scene(stranger());
    expect((await store.get('run'))?.status).toBe('waiting');
    expect(await ask({ type: 'approve', sha })).toEqual(taken('ada wrote /hookline approve: run #1'));
    await carryOut();
    expect(await store.get('run')).toMatchObject({ status: 'queued', approval: { by: 'ada' } });
  });

  it.each([
    [
      'another commit',
      { type: 'approve', sha: 'c'.repeat(40) },
      {},
      /the head of this pull request is a+, and/,
    ],
    [
      'a head that moved',
      { type: 'approve', sha },
      { head: 'd'.repeat(40) },
      /is d+, and the comment names a+/,
    ],
    ['one own commit', { type: 'approve', sha }, { by: 'Mallory' }, /somebody else has to say yes/],
    ['a job that does not wait', { type: 'approve', sha, job: 'x' }, {}, /no job "x" that waits/],
  ] as const)('of %s counts for nothing', async (_, command, given, text) => {
    const { ask, carryOut } = await scene(stranger());
    expect(await ask(command, given)).toMatchObject(refused(text));
    expect(await carryOut()).toEqual([]);
  });
});
