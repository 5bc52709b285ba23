import { describe, expect, it } from 'vitest';
import type { NotificationPlan } from '../../../pipelines/notification.ts';
import { createRun } from '../../../src/runs/create-run.ts';
import {
  type EndedStatus,
  isDue,
  type Notification,
  notificationsOf,
  resultWord,
  targetText,
} from '../../../src/runs/notification.ts';
import type { Status } from '../../../src/runs/run.ts';
import { cancel, claimed, finished, reported, started, through, whole } from './sample-events.ts';
import { buildPlan, newRun } from './sample-run.ts';

const rule = (when: 'always' | 'never' | 'change') => ({
  success: when,
  failure: when,
  error: when,
  cancelled: when,
});

describe('whether a result is told', () => {
  // Result, the one before, and what always, never and change make of it.
  const table: [EndedStatus, Status | undefined, string][] = [
    ['success', undefined, 'always'],
    ['success', 'success', 'always'],
    ['success', 'failure', 'always change'],
    ['success', 'error', 'always change'],
    ['failure', undefined, 'always change'],
    ['failure', 'success', 'always change'],
    ['failure', 'failure', 'always'],
    ['failure', 'error', 'always'],
    ['error', undefined, 'always change'],
    ['error', 'success', 'always change'],
    ['error', 'failure', 'always'],
    ['cancelled', 'success', 'always change'],
    ['cancelled', 'failure', 'always change'],
  ];

  it.each(table)('%s after %s is told by: %s', (status, before, wanted) => {
    const told = (['always', 'never', 'change'] as const).filter((when) => isDue(rule(when), status, before));
    expect(told.join(' ')).toBe(wanted);
  });

  it('is decided by the rule of that very result', () => {
    const mixed = { success: 'never', failure: 'change', error: 'always', cancelled: 'never' } as const;
    expect(isDue(mixed, 'success', 'failure')).toBe(false);
    expect(isDue(mixed, 'failure', 'failure')).toBe(false);
    expect(isDue(mixed, 'error', 'failure')).toBe(true);
    expect(isDue(mixed, 'cancelled', 'success')).toBe(false);
  });
});

it.each([
  ['success', undefined, 'Passed'],
  ['success', 'success', 'Passed'],
  ['success', 'failure', 'Fixed'],
  ['failure', undefined, 'Failed'],
  ['failure', 'success', 'Broken'],
  ['failure', 'error', 'Still Failing'],
  ['error', 'success', 'Errored'],
  ['cancelled', 'success', 'Canceled'],
] as const)('%s after %s is called %s', (status, before, word) => {
  expect(resultWord(status, before)).toBe(word);
});

describe('a run that ends', () => {
  const webhook: NotificationPlan = {
    on: rule('always'),
    target: { type: 'webhook', url: 'https://example.com/hook', form: 'json' },
  };
  const plan = (notifications: NotificationPlan[]) => {
    const fresh = newRun([buildPlan('a'), buildPlan('b')]);
    return 'plan' in fresh ? { ...fresh, plan: { ...fresh.plan, notifications } } : fresh;
  };
  const start = (notifications: NotificationPlan[]) => createRun(plan(notifications), 1).run;
  const toldBy = (effects: readonly { type: string }[]) =>
    effects.filter(
      (effect): effect is { type: 'notification'; notification: Notification } =>
        effect.type === 'notification',
    );

  it('tells each target once, when its last job has ended and not before', () => {
    const half = through(start([webhook, webhook]), whole('a'));
    expect(toldBy(half.effects)).toEqual([]);
    const { run, last } = through(half.run, whole('b'));
    expect(toldBy(last.effects).map(({ notification }) => notification.id)).toEqual([
      `run-0-${run.finishedAtMs}`,
      `run-1-${run.finishedAtMs}`,
    ]);
    expect(toldBy(last.effects)[0]?.notification.run).toMatchObject({
      status: 'success',
      number: 1,
      failed: [],
    });
  });

  it('names jobs and steps that failed', () => {
    const step = { type: 'step.started', at: 1, index: 0, name: 'make test' } as const;
    const failure = { type: 'step.finished', at: 2, index: 0, outcome: 'failure', exitCode: 3 } as const;
    const events = [
      ...whole('b'),
      claimed('a'),
      ...[started, step, failure, finished('failure', 'step "make test" exited with code 3')].map(
        (body, index) => reported('a', index + 1, body),
      ),
    ];
    const { last } = through(start([webhook]), events);
    expect(toldBy(last.effects)[0]?.notification.run).toMatchObject({
      status: 'failure',
      failed: [{ job: 'a', step: 'make test', message: 'step "make test" exited with code 3' }],
    });
  });

  it('tells nobody who never wants to hear of such an end', () => {
    const quiet = { ...webhook, on: { ...rule('always'), cancelled: 'never' as const } };
    const { last } = through(start([quiet, webhook]), [cancel]);
    expect(toldBy(last.effects).map(({ notification }) => notification.id.split('-')[1])).toEqual(['1']);
  });

  it('tells of its second end under another name', () => {
    const ended = through(start([webhook]), [...whole('a', 'failure'), ...whole('b')]);
    const again = through(ended.run, [{ type: 'retried', scope: 'failed' }, claimed('a', 'l2', 2)]);
    expect(toldBy(again.effects)).toEqual([]);
    const done = through(again.run, [
      { ...reported('a', 1, started, 'l2') },
      { ...reported('a', 2, finished('success'), 'l2') },
    ]);
    const [first] = toldBy(ended.effects);
    const [second] = toldBy(done.effects);
    expect(second?.notification.run.status).toBe('success');
    expect(second?.notification.id).not.toBe(first?.notification.id);
  });

  it('tells nobody when a newer run took its place', () => {
    const by = { id: 'newer', number: 2, sha: 'b'.repeat(40) };
    const { run, effects } = through(start([webhook]), [{ type: 'superseded', by }]);
    expect(run.status).toBe('cancelled');
    expect(toldBy(effects)).toEqual([]);
  });

  it('is told of with texts of a length that fits', () => {
    const run = {
      ...start([webhook]),
      status: 'error' as const,
      finishedAtMs: 9,
      reason: { code: 'x', message: 'y'.repeat(9_000) },
    };
    const [told] = notificationsOf({ ...run, status: 'running' }, run);
    expect(told?.run.reason?.message).toHaveLength(500);
  });
});

it('shows of an address of the web nothing but its host', () => {
  const url = 'https://hooks.slack.com/services/T0/B0/key?token=abc';
  expect(targetText({ type: 'slack', url })).toBe('hooks.slack.com');
  expect(targetText({ type: 'webhook', url: '$HOOK', form: 'json' })).toBe('$HOOK');
  expect(targetText({ type: 'email', to: ['a@example.com', '$B'] })).toBe('a@example.com, $B');
});
