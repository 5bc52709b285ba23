import { describe, expect, it } from 'vitest';
import { createRandom } from '../scenarios/lease/random.ts';
import { planDeliveries } from './plan-deliveries.ts';
import { type FaultKind, planFaults } from './plan-faults.ts';

const options = { deliveries: 400, runs: 100, repositories: ['a/b', 'a/c'], windowMs: 10_000, deploys: true };
const kinds: readonly FaultKind[] = [
  { name: 'kill', targets: ['web', 'runner'], weight: 3, lastsMs: [0, 500] },
  { name: 'pause', targets: ['web'], weight: 1, lastsMs: [100, 5_000] },
  { name: 'impossible here', targets: [], weight: 9, lastsMs: [0, 1] },
];
const faults = { kinds, count: 20, windowMs: 60_000, longestMs: 1_000 };

describe('the plan of the deliveries', () => {
  it('is the same for the same seed, and another one for another', () => {
    const [one, same, other] = [7, 7, 8].map((seed) => planDeliveries(createRandom(seed), options));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('asks for as many runs as were wanted, and names each delivery once', () => {
    const planned = planDeliveries(createRandom(1), options);
    expect(planned.filter(({ expects }) => expects === 'run')).toHaveLength(100);
    expect(new Set(planned.map(({ id }) => id)).size).toBe(400);
    expect(new Set(planned.map(({ repository }) => repository))).toEqual(new Set(['a/b', 'a/c']));
  });

  it('holds duplicates, at the same instant and later, all within the time', () => {
    const planned = planDeliveries(createRandom(1), options);
    expect(planned.some(({ atMs, againAtMs }) => againAtMs[0] === atMs)).toBe(true);
    for (const { atMs, againAtMs } of planned) {
      for (const again of againAtMs) expect(again).toBeGreaterThanOrEqual(atMs);
      expect(Math.max(atMs, ...againAtMs)).toBeLessThanOrEqual(10_000);
    }
  });

  it('has no deployment where nothing can be deployed', () => {
    const planned = planDeliveries(createRandom(1), { ...options, deploys: false });
    expect(planned.some(({ kind }) => kind === 'deploy')).toBe(false);
  });
});

describe('the plan of the faults', () => {
  it('is the same for the same seed, in order of time', () => {
    const planned = planFaults(createRandom(3), faults);
    expect(planFaults(createRandom(3), faults)).toEqual(planned);
    expect(planned.map(({ atMs }) => atMs)).toEqual(planned.map(({ atMs }) => atMs).sort((a, b) => a - b));
    expect(planned).toHaveLength(20);
  });

  it('has every kind that is possible, none that lasts too long', () => {
    const planned = planFaults(createRandom(3), faults);
    expect(new Set(planned.map(({ kind }) => kind))).toEqual(new Set(['kill', 'pause']));
    expect(Math.max(...planned.map(({ lastsMs }) => lastsMs))).toBeLessThanOrEqual(1_000);
  });

  it('hits one thing with one fault at a time', () => {
    const planned = planFaults(createRandom(3), faults);
    for (const target of ['web', 'runner']) {
      const hits = planned.filter((fault) => fault.target === target);
      for (const [index, { atMs, lastsMs }] of hits.entries()) {
        const next = hits[index + 1];
        if (next) expect(next.atMs).toBeGreaterThan(atMs + lastsMs);
      }
    }
  });

  it('leaves out what finds no room', () => {
    const planned = planFaults(createRandom(3), { ...faults, count: 500, windowMs: 2_000 });
    expect(planned.length).toBeLessThan(50);
  });
});
