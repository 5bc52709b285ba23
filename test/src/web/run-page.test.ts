import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../../pipelines/parse-pipeline.ts';
import type { RunDetail } from '../../../src/runs/history.ts';
import { statuses } from '../../../src/runs/run.ts';
import { deliveryListPage } from '../../../src/web/delivery-list-page.ts';
import { smallestPipeline } from '../../../src/web/run-list-empty.ts';
import { runListPage } from '../../../src/web/run-list-page.ts';
import { runPage } from '../../../src/web/run-page.ts';
import { statusWord } from '../../../src/web/status-view.ts';
import {
  fullRun,
  sampleAttempt,
  sampleDelivery,
  sampleJob,
  sampleNowMs,
  sampleRun,
  sampleStep,
} from './sample-runs.ts';

async function pageOf(run: RunDetail, askedJobId?: string): Promise<string> {
  return String(
    await runPage({ run, nowMs: sampleNowMs, ...(askedJobId === undefined ? {} : { askedJobId }) }),
  );
}

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\u202e`;

describe('the page of a run', () => {
  it.each(statuses)('says %s in a word, a shape and the title of the tab', async (status) => {
    const page = await pageOf(sampleRun({ status, jobs: [sampleJob({ status })] }));
    expect(page).toContain(`<title>${statusWord(status)}: `);
    expect(page).toContain(`s-${status}`);
    expect(page).toMatch(new RegExp(`</svg>${statusWord(status)}<`));
  });

  it('shows a failure that was allowed as a failure, and says so on a run that succeeded', async () => {
    const reason = { code: 'allowed-failure', message: '1 allowed failure: lint' };
    const jobs = [sampleJob({ name: 'lint', status: 'failure', allowed: true })];
    const page = await pageOf(sampleRun({ status: 'success', reason, jobs }));
    expect(page).toMatch(/title="Failure"[\s\S]*<span class="tag" title="allow_failure">allowed<\/span>/);
    expect(page).toContain('1 allowed failure: lint');
  });

  it('leads from a superseded run to the one that took its place', async () => {
    const supersededBy = { id: 'run02', number: 43 };
    const page = await pageOf(sampleRun({ status: 'cancelled', supersededBy }));
    expect(page).toContain('superseded by <a href="/runs/run02">#43</a>');
  });

  it('escapes whatever strangers wrote', async () => {
    const reason = { code: hostile, message: hostile };
    const page = await pageOf(
      sampleRun({
        status: 'failure',
        title: hostile,
        author: hostile,
        branch: hostile,
        repository: hostile,
        reason,
        jobs: [
          sampleJob({
            name: hostile,
            needs: [hostile],
            status: 'failure',
            reason,
            attempts: [
              sampleAttempt({ status: 'lost', reason, runner: hostile }),
              sampleAttempt({
                runner: hostile,
                steps: [sampleStep(0, hostile, { status: 'failure', message: hostile })],
              }),
            ],
          }),
        ],
        deployments: [
          {
            jobName: hostile,
            environment: hostile,
            status: hostile,
            externalId: hostile,
            detail: {
              instances: [{ id: hostile, status: hostile, lifecycleEvent: hostile, detail: hostile }],
            },
            updatedAtMs: 0,
          },
        ],
        statuses: [
          {
            context: hostile,
            state: hostile,
            description: hostile,
            delivery: 'failed',
            tries: 2,
            problem: hostile,
            createdAtMs: 0,
          },
        ],
      }),
    );
    expect(page).not.toContain('<script>');
    expect(page).not.toContain('<img');
    const lists = `${await runListPage({ filter: { branch: hostile, repository: hostile }, place: { trail: [] }, runs: { items: [sampleRun({ title: hostile, branch: hostile, author: hostile, repository: hostile })], next: hostile }, origin: 'http://localhost', nowMs: sampleNowMs })}
      ${await deliveryListPage({ filter: { repository: hostile }, place: { trail: [] }, deliveries: { items: [sampleDelivery({ event: hostile, repository: hostile, outcome: 'ignored', reason: hostile })] }, refusals: [{ source: hostile, reason: hostile, count: 1, lastAtMs: 0 }], nowMs: sampleNowMs })}`;
    expect(lists).not.toContain('<script>');
    expect(lists).not.toContain('<img');
  });

  it('shows each mistake of a pipeline file with its place', async () => {
    const message =
      ".hookline.yml:3:5 unknown key 'step'; did you mean 'steps'?\n.hookline.yml:9:1 no such job";
    const page = await pageOf(
      sampleRun({ status: 'error', reason: { code: 'pipeline', message }, jobs: [] }),
    );
    expect(page).toContain('2 mistakes in the pipeline file');
    expect(page).toContain('<code class="place"><bdi>.hookline.yml:3:5</bdi></code>');
    expect(page).toContain('<code class="place"><bdi>.hookline.yml:9:1</bdi></code>');
    expect(page).not.toContain('live-log.js');
  });

  it('opens the job that failed, with the message of its step', async () => {
    const page = await pageOf(fullRun());
    expect(page).toContain('data-job="job01"');
    expect(page).toMatch(/<details class="steps" id="steps-job01" open>/);
    expect(page).toContain('AssertionError: expected 10.25 to be 10.24');
    expect(page).toContain('exit 1');
    expect(page).toContain('runner builder-1 was not heard of for 15 s');
  });

  it('shows the log of the job that was asked for', async () => {
    expect(await pageOf(fullRun(), 'job02')).toContain('id="log" aria-label="Log" data-job="job02"');
    expect(await pageOf(fullRun(), 'of-another-run')).toContain('id="log" aria-label="Log" data-job="job01"');
  });

  it('is whole without JavaScript: the log is a link', async () => {
    const page = await pageOf(fullRun());
    expect(page).toContain('href="/api/v1/jobs/job01/log"');
    expect(page).toContain('<noscript>');
  });

  it('leads to the files, with their size and hash, and tells what became of statuses and deployments', async () => {
    const page = await pageOf(fullRun());
    expect(page).toContain('href="/api/v1/artifacts/artifact01"');
    expect(page).toContain('4.2 MiB, 312 files');
    expect(page).toContain('a1b2c3d4'.repeat(8));
    expect(page).toContain('d-ABCDEF123');
    expect(page).toContain('port 8080 is in use');
    expect(page).toContain('could not be posted, try 4');
    expect(page).toContain('Resource not accessible by personal access token');
  });

  it('tells who was told, of addresses of the web nothing but the host', async () => {
    const sent = { delivery: 'sent', tries: 1, createdAtMs: sampleNowMs, doneAtMs: sampleNowMs } as const;
    const page = await pageOf({
      ...fullRun(),
      notifications: [
        { channel: 'slack', to: 'hooks.slack.com', ...sent },
        {
          channel: 'email',
          to: 'team@example.com',
          ...sent,
          delivery: 'failed',
          problem: 'e-mail is not set up',
        },
      ],
    });
    expect(page).toContain('hooks.slack.com');
    expect(page).toContain('could not be sent');
    expect(page).toContain('e-mail is not set up');
    expect(await pageOf(fullRun())).not.toContain('Notifications');
  });

  it('shows what of the pipeline file is not carried out, and what follows from it', async () => {
    const warnings = [1, 2, 3, 4].map((line) => ({
      file: '.travis.yml',
      line,
      column: 1,
      endColumn: 2,
      path: 'cache',
      message: `cache ${line} is <not> supported`,
      expected: 'nothing is kept between runs',
      severity: 'warning' as const,
    }));
    const page = await pageOf({ ...fullRun(), warnings });
    expect(page).toContain('4 warnings about');
    expect(page).toContain('.travis.yml:4:1');
    expect(page).toContain('cache 4 is &lt;not&gt; supported');
    expect(page).toContain('nothing is kept between runs');
    expect(page).toContain('<details class="warnings">');
    expect(await pageOf({ ...fullRun(), warnings: warnings.slice(0, 1) })).toContain(
      '<details class="warnings" open>',
    );
  });

  it('asks for news while the run goes on, and no longer', async () => {
    expect(await pageOf(sampleRun({ status: 'running' }))).toContain('data-refresh=');
    expect(await pageOf(sampleRun({ status: 'success' }))).not.toContain('data-refresh=');
  });

  it('shows details of a deployment that fit no form as if there were none', async () => {
    const [deployment] = fullRun().deployments;
    const details = [undefined, null, 'text', [1], { instances: 'none' }, { instances: [{ id: 1 }] }];
    for (const detail of deployment ? details : []) {
      const page = await pageOf(fullRun());
      const odd = await pageOf({ ...fullRun(), deployments: deployment ? [{ ...deployment, detail }] : [] });
      expect(page).toContain('class="instances"');
      expect(odd).not.toContain('class="instances"');
    }
  });

  it('cuts names and titles without end', async () => {
    const endless = 'long '.repeat(20_000);
    const list = String(
      await runListPage({
        filter: {},
        place: { trail: [] },
        runs: {
          items: [sampleRun({ title: endless, reason: { code: 'x', message: endless }, status: 'error' })],
        },
        origin: '',
        nowMs: sampleNowMs,
      }),
    );
    expect(list.length).toBeLessThan(10_000);
  });
});

describe('the first pipeline a newcomer is shown', () => {
  it('is a right one', () => {
    expect(parsePipeline(smallestPipeline, '.hookline.yml')).toMatchObject({ ok: true });
  });
});
