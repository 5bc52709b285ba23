import { describe, expect, it } from 'vitest';
import { silentMs } from '../../../src/contract/presence.ts';
import { conditionOf, whyNobodyTakes } from '../../../src/runs/runner-condition.ts';
import type { KnownRunner } from '../../../src/runs/runner-registry.ts';

const nowMs = 1_000_000;
const runner = (more: Partial<KnownRunner> = {}): KnownRunner => ({
  id: 'aa-1',
  kind: 'jobs',
  name: 'one',
  version: '1',
  labels: ['linux'],
  slots: 1,
  busy: 0,
  state: 'ready',
  seenAtMs: nowMs - 1_000,
  startedAtMs: 1,
  jobs: [],
  ...more,
});
const given = (order: 'drain' | 'pause') => ({ order, by: 'ann', atMs: 1 });

describe('how a runner is', () => {
  it.each([
    ['ready', {}],
    ['ready', { state: 'paused' }],
    ['not-ready', { state: 'not-ready' }],
    ['draining', { order: given('drain') }],
    ['drained', { order: given('drain'), state: 'drained' }],
    ['paused', { order: given('pause') }],
    ['silent', { seenAtMs: nowMs - silentMs - 1 }],
    ['stopping', { state: 'stopping', order: given('pause') }],
    ['stopped', { state: 'stopped', seenAtMs: 1 }],
  ] as const)('is %s', (condition, more) => {
    expect(conditionOf(runner(more), undefined, nowMs)).toBe(condition);
  });

  it('follows the order for all where it has none of its own', () => {
    expect(conditionOf(runner(), given('pause'), nowMs)).toBe('paused');
    expect(conditionOf(runner({ order: given('drain') }), given('pause'), nowMs)).toBe('draining');
  });
});

describe('why nobody takes a job', () => {
  const why = (labels: string[], runners: KnownRunner[]) =>
    whyNobodyTakes({ kind: 'jobs', labels }, { runners }, nowMs);

  it('is no reason at all while somebody could, be it busy', () => {
    expect(why([], [runner({ busy: 1 })])).toBeUndefined();
    expect(why(['linux'], [runner()])).toBeUndefined();
  });

  it('is that no runner is known, or none that has the labels', () => {
    expect(why([], [runner({ kind: 'deployments' })])).toBe('waits for a runner; none is known');
    expect(why(['big', 'gpu'], [runner()])).toBe(
      'waits for a runner with labels big, gpu; the one runner known lacks them',
    );
    expect(why(['big'], [runner(), runner({ id: 'b' })])).toBe(
      'waits for a runner with labels big; none of the 2 runners known has them',
    );
  });

  it('is that those who could are away, held back, or without an engine', () => {
    const silent = runner({ seenAtMs: 1 });
    expect(why([], [silent])).toBe('waits for a runner; away: one');
    expect(why([], [silent, runner({ name: 'two', order: given('drain') })])).toBe(
      'waits for a runner; paused or drained: two',
    );
    expect(why(['linux'], [runner({ state: 'not-ready' })])).toBe(
      'waits for a runner with labels linux; without a container engine that answers: one',
    );
  });
});
