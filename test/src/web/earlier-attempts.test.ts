import { describe, expect, it } from 'vitest';
import { earlierAttempts } from '../../../src/web/earlier-attempts.ts';
import { isolationBox } from '../../../src/web/isolation-box.ts';
import { jobCards } from '../../../src/web/job-cards.ts';
import { runFacts } from '../../../src/web/run-facts.ts';
import { sampleAttempt, sampleJob, sampleNowMs, sampleRun, sampleStep } from './sample-runs.ts';

const textOf = async (markup: unknown) =>
  String(await markup)
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

const broken = sampleAttempt({
  reason: { code: 'image-pull-failed', message: 'the image node:24 could not be pulled' },
  fault: 'infrastructure',
  triedAgain: true,
});

describe('the attempts of a job on its page', () => {
  it('are each shown with why it ended, whose fault it was and that it was tried again', async () => {
    const job = sampleJob({ attempts: [broken, sampleAttempt({ number: 2 })] });
    expect(await textOf(earlierAttempts(job))).toBe(
      'Attempt 1 ended on builder-1 infrastructure: the image node:24 could not be pulled, tried again log',
    );
  });

  it('say when the next one begins, while it waits', async () => {
    const notBeforeMs = sampleNowMs + 8_000;
    const waiting = sampleAttempt({ number: 2, status: 'queued', notBeforeMs, steps: [] });
    const job = sampleJob({ status: 'queued', attempts: [broken, waiting] });
    const shown = (nowMs: number) => textOf(jobCards(sampleRun({ jobs: [job] }), job, nowMs));
    expect(await shown(sampleNowMs)).toContain('attempt 2 · tried again in 8.0 s');
    expect(await shown(notBeforeMs)).toContain('attempt 2 · waits for a free runner');
  });

  it('say where they ran without isolation, on the page’s head too', async () => {
    const bare = sampleAttempt({ isolation: 'none', reason: { code: 'step-failure', message: 'no' } });
    const job = sampleJob({ attempts: [bare, sampleAttempt({ number: 2, isolation: 'none' })] });
    const run = sampleRun({ jobs: [job] });
    expect(await textOf(earlierAttempts(job))).toBe('Attempt 1 ended on builder-1 without isolation: no log');
    expect(await textOf(jobCards(run, job, sampleNowMs))).toContain('on builder-1 · without isolation');
    expect(await textOf(isolationBox(run))).toContain('Ran without isolation on runner builder-1:');
    expect(await textOf(isolationBox(sampleRun({})))).toBe('');
  });

  it('tell of a step how often it was tried', async () => {
    const steps = [sampleStep(0, 'npm test', { tries: 3 })];
    const job = sampleJob({ attempts: [sampleAttempt({ steps })] });
    expect(await textOf(jobCards(sampleRun({ jobs: [job] }), job, sampleNowMs))).toContain(
      'npm test 3 tries',
    );
  });

  it('stand beside the limit of the whole run', async () => {
    const limit = { timeoutMs: 7_200_000, leftMs: 7_200_000, deadlineMs: Date.UTC(2026, 4, 4, 14) };
    expect(await textOf(runFacts(sampleRun({ limit })))).toContain(
      'Time limit2 h, over at 2026-05-04 14:00:00 UTC',
    );
  });
});
