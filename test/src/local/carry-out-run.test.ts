import { describe, expect, it } from 'vitest';
import { finishedEvent } from '../../../runners/finished-event.ts';
import { systemClock } from '../../../src/clock.ts';
import { carryOutRun } from '../../../src/local/carry-out-run.ts';
import type { JobEnd, LocalLease } from '../../../src/local/local-lease.ts';
import { sampleChange } from '../runs/sample-run.ts';
import { newRun } from './local-samples.ts';

type End = 'success' | 'failure' | 'broken';

/** Carries out a run whose jobs end as told, or as soon as they are stopped when that is `until stopped`. */
async function carryOut(
  text: string,
  ends: Readonly<Record<string, End | 'until stopped'>> = {},
  given: { slots?: number; fork?: boolean; onBegin?: (name: string, stop: AbortController) => void } = {},
) {
  const begun: string[] = [];
  let active = 0;
  let mostActive = 0;
  const cancel = new AbortController();
  const change = sampleChange({ fork: given.fork === true });
  const run = await carryOutRun(newRun(text, change), {
    slots: given.slots ?? 4,
    person: 'ada',
    clock: systemClock,
    newId: () => `id-${Math.random()}`,
    cancel: cancel.signal,
    hurry: new AbortController().signal,
    onRun: () => {},
    async carryOut(_, { name }, lease) {
      begun.push(name);
      active += 1;
      mostActive = Math.max(mostActive, active);
      await new Promise((resolve) => setImmediate(resolve));
      given.onBegin?.(name, cancel);
      const end = await ended(ends[name] ?? 'success', lease);
      active -= 1;
      return end;
    },
  });
  const states = Object.fromEntries(run.jobs.map(({ name, status }) => [name, status]));
  return { run, begun, states, mostActive };
}

async function ended(end: End | 'until stopped', lease: LocalLease): Promise<JobEnd> {
  if (end === 'broken') return { broken: { code: 'image-pull-failed', message: 'the registry is away' } };
  if (end !== 'until stopped') return { finished: finishedEvent(1, end, undefined) };
  await new Promise<void>((resolve) => lease.onStop(() => resolve()));
  return { finished: finishedEvent(1, 'cancelled', undefined) };
}

const chain = `image: debian:12
jobs:
  build: { steps: [make] }
  test: { needs: build, matrix: { v: [1, 2, 3] }, steps: [make test] }
  pack: { needs: test, steps: [make pack] }
  mend: { needs: test, when: failure, steps: [make mend] }
`;

describe('a run that is carried out in this process', () => {
  it('goes in the order of its needs, as many jobs at a time as there are slots', async () => {
    const { run, begun, states, mostActive } = await carryOut(chain, {}, { slots: 2 });
    expect(begun).toEqual(['build', 'test (v=1)', 'test (v=2)', 'test (v=3)', 'pack']);
    expect(mostActive).toBe(2);
    expect(states).toMatchObject({ pack: 'success', mend: 'skipped' });
    expect(run.status).toBe('success');
  });

  it('ends as its jobs do, and jobs for failures have their turn', async () => {
    const { run, begun, states } = await carryOut(chain, { 'test (v=2)': 'failure' });
    expect(begun).toContain('mend');
    expect(states).toMatchObject({ pack: 'skipped', mend: 'success', 'test (v=2)': 'failure' });
    expect(run.status).toBe('failure');
  });

  it('tries nothing again by itself: whoever waits is told at once', async () => {
    const { run, begun, states } = await carryOut(chain, { build: 'broken' });
    expect(begun).toEqual(['build', 'mend']);
    expect(states).toMatchObject({ build: 'error', 'test (v=1)': 'skipped' });
    expect(run).toMatchObject({ status: 'error', reason: { message: 'build: the registry is away' } });
  });

  it('has the yes of whoever runs it, for jobs that ask and for the commit of a stranger', async () => {
    const text = 'image: debian:12\njobs: { release: { approval: true, steps: [make] } }\n';
    const { run, states } = await carryOut(text, {}, { fork: true });
    expect(states).toEqual({ release: 'success' });
    expect(run.approval?.by).toBe('ada');
    expect(run.jobs[0]?.gate?.decision).toMatchObject({ verdict: 'approved', by: 'ada' });
  });

  it('carries out one job of a group at a time', async () => {
    const text = `image: debian:12
jobs:
  a: { concurrency: { group: site }, steps: [make] }
  b: { concurrency: { group: site }, steps: [make] }
`;
    const { begun, mostActive } = await carryOut(text);
    expect(begun).toEqual(['a', 'b']);
    expect(mostActive).toBe(1);
  });

  it('is cancelled as a whole: what runs is stopped, what waits never begins', async () => {
    const onBegin = (_: string, cancel: AbortController) => cancel.abort();
    const { run, begun, states } = await carryOut(chain, { build: 'until stopped' }, { onBegin });
    expect(begun).toEqual(['build']);
    expect(states).toMatchObject({ build: 'cancelled', pack: 'cancelled' });
    expect(run.status).toBe('cancelled');
  });
});
