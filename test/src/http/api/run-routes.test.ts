import { describe, expect, it } from 'vitest';
import { attemptWith, jobWith, runWith } from '../memory-history.ts';
import { testApp } from '../test-app.ts';

function appWithRuns(count: number) {
  const test = testApp();
  for (let number = 1; number <= count; number += 1) {
    const id = `run${String(number).padStart(3, '0')}`;
    const status = number % 2 ? 'success' : 'failure';
    test.history.runs.set(id, runWith({ id, number, status, sha: number.toString(16).padStart(40, '0') }));
  }
  return test;
}

type Page = { items: { id: string }[]; next?: string };

describe('the list of runs', () => {
  it('is newest first, times in ISO 8601, durations in milliseconds, absences absent', async () => {
    const { app } = appWithRuns(1);
    const response = await app.request('/api/v1/runs');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      items: [
        {
          id: 'run001',
          number: 1,
          repository: 'octo/site',
          event: 'push',
          ref: 'refs/heads/main',
          branch: 'main',
          sha: '1'.padStart(40, '0'),
          title: 'Say hello',
          author: 'ada',
          status: 'success',
          createdAt: '2026-05-04T12:30:00.000Z',
          startedAt: '2026-05-04T12:30:01.000Z',
          finishedAt: '2026-05-04T12:31:01.500Z',
          durationMs: 60_500,
        },
      ],
    });
  });

  it('is walked to its end by following the links', async () => {
    const { app } = appWithRuns(7);
    const seen: string[] = [];
    let url: string | undefined = '/api/v1/runs?limit=3&repository=octo%2Fsite';
    while (url !== undefined) {
      const response: Response = await app.request(url);
      const page = (await response.json()) as Page;
      seen.push(...page.items.map(({ id }) => id));
      url = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
      expect(url === undefined).toBe(page.next === undefined);
    }
    expect(seen).toEqual(['run007', 'run006', 'run005', 'run004', 'run003', 'run002', 'run001']);
  });

  it('is filtered, a commit also by its first digits', async () => {
    const { app, history } = appWithRuns(4);
    history.runs.set('run9', runWith({ id: 'run9', sha: `abcdef1${'0'.repeat(33)}` }));
    const idsOf = async (query: string) => {
      const page = (await (await app.request(`/api/v1/runs?${query}`)).json()) as Page;
      return page.items.map(({ id }) => id);
    };
    expect(await idsOf('status=failure')).toEqual(['run004', 'run002']);
    expect(await idsOf('sha=ABCDEF1')).toEqual(['run9']);
    expect(await idsOf('event=tag')).toEqual([]);
  });
});

describe('a run', () => {
  const step = {
    index: 0,
    name: 'npm test',
    status: 'failure',
    exitCode: 1,
    startedAtMs: 0,
    finishedAtMs: 250,
  } as const;

  it('comes with its jobs, attempts and steps', async () => {
    const { app, history } = testApp();
    const attempts = [attemptWith({ runner: 'r1', steps: [step], log: { lines: 3, bytes: 40, cut: false } })];
    history.runs.set('run1', runWith({ jobs: [jobWith({ needs: ['lint'], attempts })] }));
    expect(await (await app.request('/api/v1/runs/run1')).json()).toMatchObject({
      pipeline: { file: '.hookline.yml', digest: 'd1' },
      jobs: [
        {
          id: 'job1',
          needs: ['lint'],
          attempts: [
            {
              number: 1,
              runner: 'r1',
              queuedAt: '2026-05-04T12:30:00.000Z',
              log: { lines: 3, bytes: 40, cut: false },
              steps: [{ index: 0, exitCode: 1, durationMs: 250, startedAt: '1970-01-01T00:00:00.000Z' }],
            },
          ],
        },
      ],
    });
  });

  it('comes with the mistakes in its pipeline file, each with the page about its key', async () => {
    const { app, history } = testApp();
    const mistake = {
      severity: 'error' as const,
      ...{ file: '.hookline.yml', line: 4, column: 14, endColumn: 18, path: 'jobs.test.timeout' },
      ...{ message: 'found "soon"', expected: 'a duration such as 90s, 10m or 1h30m' },
    };
    const problems = [{ ...mistake, reference: 'jobs#timeout' }];
    history.runs.set('run1', runWith({ status: 'error', problems, jobs: [] }));
    const run = (await (await app.request('/api/v1/runs/run1')).json()) as { problems: unknown };
    expect(run.problems).toEqual([{ ...mistake, reference: '/reference/jobs#timeout' }]);
  });

  it('is not sent again to whoever has it, until it changes', async () => {
    const { app, history } = testApp();
    history.runs.set('run1', runWith());
    const etag = (await app.request('/api/v1/runs/run1')).headers.get('etag') ?? '';
    const again = () =>
      app.request('/api/v1/runs/run1', { headers: { 'if-none-match': `"other", W/${etag}` } });
    const unchanged = await again();
    expect(unchanged.status).toBe(304);
    expect(await unchanged.text()).toBe('');
    history.runs.set('run1', runWith({ status: 'failure' }));
    expect((await again()).status).toBe(200);
  });
});

describe('the description', () => {
  it('names every route, as OpenAPI 3.1', async () => {
    const response = await testApp({ apiKey: 'k' }).app.request('/api/v1/openapi.json', {
      headers: { authorization: 'Bearer k' },
    });
    const description = (await response.json()) as { openapi: string; paths: object; security: unknown };
    expect(description.openapi).toBe('3.1.0');
    expect(description.security).toEqual([{ key: [] }]);
    expect(Object.keys(description.paths).sort()).toEqual([
      '/api/v1/artifacts',
      '/api/v1/artifacts/{id}',
      '/api/v1/deliveries',
      '/api/v1/deliveries/refusals',
      '/api/v1/deliveries/{id}',
      '/api/v1/jobs/{id}/log',
      '/api/v1/jobs/{id}/log/stream',
      '/api/v1/runs',
      '/api/v1/runs/{id}',
    ]);
  });
});
