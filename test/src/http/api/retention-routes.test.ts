import { describe, expect, it } from 'vitest';
import type { Expired, Retention } from '../../../../src/runs/retention.ts';
import { attemptWith, createdAtMs, jobWith, runWith } from '../memory-history.ts';
import { testApp } from '../test-app.ts';

const old: Expired = {
  kind: 'artifact',
  id: 'artifact1',
  runId: 'run1',
  runNumber: 4,
  repository: 'octo/site',
  ref: 'refs/heads/main',
  jobId: 'job1',
  jobName: 'build',
  attempt: 1,
  fileName: 'site.zip',
  sizeBytes: 7,
  finishedAtMs: createdAtMs,
  because: 'artifacts are kept for 90 days after their run',
};

function retentionOf(items: Expired[]): Retention {
  return {
    policy: { artifactMs: 90 * 86_400_000 },
    expired: async (limit) => items.slice(0, limit),
    prune: async () => items.splice(0),
  };
}

describe('what goes by policy', () => {
  it('is shown with the policy and the reason before it goes, and goes when it is asked for', async () => {
    const { app } = testApp({ retention: retentionOf([old]) });
    const shown = {
      policy: { artifactDays: 90 },
      items: [
        { fileName: 'site.zip', runNumber: 4, finishedAt: '2026-05-04T12:30:00.000Z', because: old.because },
      ],
      more: false,
    };
    expect(await (await app.request('/api/v1/retention')).json()).toMatchObject(shown);
    const gone = await app.request('/api/v1/retention/prune', { method: 'POST' });
    expect(await gone.json()).toMatchObject(shown);
    expect(await (await app.request('/api/v1/retention')).json()).toMatchObject({ items: [] });
  });

  it('says when there is more than it shows', async () => {
    const { app } = testApp({ retention: retentionOf(Array.from({ length: 1_001 }, () => old)) });
    const answer = (await (await app.request('/api/v1/retention')).json()) as {
      items: object[];
      more: boolean;
    };
    expect([answer.items.length, answer.more]).toEqual([1_000, true]);
  });

  it('is said in place of a log that is gone', async () => {
    const { app, history } = testApp();
    const logRemoved = { atMs: Date.UTC(2026, 5, 1), because: 'logs are kept for 28 days after their run' };
    const job = jobWith({ attempts: [attemptWith({ logRemoved })] });
    history.runs.set('run1', runWith({ jobs: [job] }));
    const answer = await app.request('/api/v1/jobs/job1/log');
    expect(await answer.json()).toMatchObject({
      status: 410,
      code: 'log-gone',
      detail: expect.stringContaining('28 days'),
    });
    expect(await (await app.request('/api/v1/runs/run1')).json()).toMatchObject({
      jobs: [{ attempts: [{ logRemoved: { at: '2026-06-01T00:00:00.000Z' } }] }],
    });
  });
});
