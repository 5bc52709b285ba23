import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFinal, type Status } from '../../src/runs/run.ts';
import { watchBackends } from '../support/ready-backends.ts';
import { waitUntil } from '../support/wait-until.ts';
import { openRollingScene } from './rolling-scene.ts';

let scene: Awaited<ReturnType<typeof openRollingScene>>;
beforeAll(async () => {
  scene = await openRollingScene();
});
afterAll(() => scene?.close());

type Listed = { items: { id: string; deliveryId: string; status: Status }[]; next?: string };

async function allRuns(): Promise<Listed['items']> {
  const found: Listed['items'] = [];
  for (let before = ''; ; ) {
    const response = await fetch(`${scene.urls[0]}/api/v1/runs?limit=100${before}`);
    const { items, next } = (await response.json()) as Listed;
    found.push(...items);
    if (next === undefined) return found;
    before = `&before=${encodeURIComponent(next)}`;
  }
}

describe('a rolling restart of everything', () => {
  it('answers every delivery, loses no run and carries none out twice', async () => {
    const backends = watchBackends(scene.urls);
    const answers: Promise<number>[] = [];
    let restarted = false;
    const load = (async () => {
      while (!restarted) {
        const answer = backends.post('/webhooks/github', scene.delivery(randomUUID()));
        answer.catch(() => {});
        answers.push(answer);
        await sleep(100);
      }
    })();
    try {
      for (const part of scene.parts) await part.restart();
    } finally {
      restarted = true;
      await load;
      await backends.close();
    }
    const outcomes = await Promise.allSettled(answers);
    const bad = outcomes.filter((outcome) => outcome.status === 'rejected' || outcome.value !== 202);
    expect(bad).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(20);

    let runs: Listed['items'] = [];
    await waitUntil(
      async () => {
        runs = await allRuns();
        return runs.length >= outcomes.length && runs.every(({ status }) => isFinal(status));
      },
      { what: 'every run to end', timeoutMs: 60_000 },
    );
    expect(runs.filter(({ status }) => status !== 'success')).toEqual([]);
    expect(runs).toHaveLength(outcomes.length);
    const begun = Map.groupBy(
      scene.effects().filter(({ type }) => type === 'begin'),
      ({ jobId }) => jobId,
    );
    expect(begun.size).toBe(outcomes.length);
    expect([...begun.values()].filter((times) => times.length > 1)).toEqual([]);
  });
});
