import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobDetail, RunDetail } from '../../src/runs/history.ts';
import { createPages } from '../../src/web/pages.ts';
import { type LogServer, type SentLine, startLogServer } from '../src/web/log-server.ts';
import { createMemoryHistory, type MemoryHistory } from '../src/web/memory-history.ts';
import { fullRun, sampleAttempt, sampleJob, sampleRun, sampleStep } from '../src/web/sample-runs.ts';
import { startBrowser } from '../support/browser.ts';

let browser: Browser;
let history: MemoryHistory;
let server: LogServer;
let context: BrowserContext | undefined;
/** What the browser complained of: errors of scripts, refused policies, failed requests. */
let complaints: string[] = [];

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());
afterEach(async () => {
  await context?.close();
  context = undefined;
  await server?.close();
});

async function open(
  path: string,
  runs: RunDetail[],
  options: { javaScriptEnabled?: boolean } = {},
): Promise<Page> {
  history = createMemoryHistory({ runs });
  server = await startLogServer(createPages({ history, now: Date.now }));
  complaints = [];
  context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(server.url + path);
  return page;
}

function linesOf(count: number, step: number, text = 'line'): SentLine[] {
  return Array.from({ length: count }, (_, index) => ({
    atMs: index * 10,
    step,
    text: `${text} ${index + 1}`,
  }));
}

function runningJob(changes: Partial<JobDetail> = {}): JobDetail {
  const { finishedAtMs: _job, ...job } = sampleJob({ status: 'running', startedAtMs: Date.now() - 5_000 });
  const { finishedAtMs: _attempt, log: _log, ...attempt } = sampleAttempt({ status: 'leased' });
  const { finishedAtMs: _step, exitCode: _code, ...step } = sampleStep(1, 'npm test', { status: 'running' });
  return { ...job, attempts: [{ ...attempt, steps: [sampleStep(0, 'npm ci'), step] }], ...changes };
}

function runningRun(): RunDetail {
  const { finishedAtMs: _, ...run } = sampleRun({ status: 'running', startedAtMs: Date.now() - 6_000 });
  return { ...run, jobs: [runningJob()] };
}

/** How far the end of the log is below what is seen of it. */
function hiddenBelow(page: Page): Promise<number> {
  return page.locator('#log-lines').evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
}

describe('the page of a run in a browser', () => {
  it('shows lines as they come, colours and all, and hostile ones as text', async () => {
    const page = await open('/runs/run01', [runningRun()]);
    server.append('job01', linesOf(3, 0));
    await page.locator('#L3').waitFor();
    server.append('job01', [
      { atMs: 500, step: 1, text: '\u001b[31mred\u001b[0m \u001b[1;38;5;196mand bold' },
      { atMs: 600, step: 1, text: '<img src=x onerror="document.title=1"><script>document.title=2</script>' },
      { atMs: 700, step: null, text: 'the runner speaks' },
    ]);
    await page.locator('#L6').waitFor();
    expect(await page.locator('#L4 .ansi-red-fg').first().textContent()).toBe('red');
    expect(await page.locator('#L5').textContent()).toContain('<img src=x onerror=');
    expect(await page.locator('#log-lines img, #log-lines script').count()).toBe(0);
    expect(await page.locator('#log-lines summary').allTextContents()).toEqual([
      'npm ci',
      'npm test',
      'hookline',
    ]);
    expect(await page.title()).toMatch(/^Running: /);
    expect(complaints).toEqual([]);
  });

  it('follows the end until the reader scrolls up, and again from the end on', async () => {
    const page = await open('/runs/run01', [runningRun()]);
    const follow = page.locator('#log-follow');
    server.append('job01', linesOf(1000, 0));
    await page.locator('#L1000').waitFor();
    await expect.poll(() => hiddenBelow(page)).toBeLessThan(8);
    expect(await follow.getAttribute('aria-pressed')).toBe('true');

    await page.locator('#log-lines').hover();
    await page.mouse.wheel(0, -600);
    await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('false');
    server.append('job01', linesOf(500, 1));
    await page.locator('#L1500').waitFor({ state: 'attached' });
    expect(await hiddenBelow(page)).toBeGreaterThan(1000);

    await follow.click();
    await expect.poll(() => hiddenBelow(page)).toBeLessThan(8);
    server.append('job01', linesOf(100, 1));
    await page.locator('#L1600').waitFor();
    await expect.poll(() => hiddenBelow(page)).toBeLessThan(8);
    expect(complaints).toEqual([]);
  });

  it('repeats and loses no line when the connection breaks off', async () => {
    const page = await open('/runs/run01', [runningRun()]);
    server.append('job01', linesOf(300, 0));
    await page.locator('#L300').waitFor({ state: 'attached' });
    server.breakOff();
    await expect.poll(() => page.locator('#log-state').textContent()).toContain('Connection lost');
    server.append('job01', linesOf(200, 0));
    await page.locator('#L500').waitFor({ state: 'attached' });
    expect(server.connections()).toBe(2);
    const ids = await page.locator('.l').evaluateAll((lines) => lines.map(({ id }) => id));
    expect(ids).toEqual(Array.from({ length: 500 }, (_, index) => `L${index + 1}`));
  });

  it('turns with the run: status, title and steps, without being loaded again', async () => {
    const page = await open('/runs/run01', [runningRun()]);
    server.append('job01', linesOf(5, 1));
    await page.locator('#L5').waitFor();
    await page.evaluate(() => document.body.setAttribute('data-same', 'yes'));
    history.runs = [{ ...fullRun(), jobs: fullRun().jobs.filter(({ id }) => id === 'job01') }];
    history.runs = history.runs.map((run) => ({
      ...run,
      jobs: run.jobs.map((job) => ({
        ...job,
        attempts: job.attempts.slice(1).map((attempt) => ({ ...attempt, number: 1 })),
      })),
    }));
    server.changed('job01');
    server.end('job01', 'failure');
    await page.locator('.run-title .s-failure', { hasText: 'Failure' }).waitFor();
    expect(await page.title()).toMatch(/^Failure: /);
    expect(await page.locator('link[rel=icon]').getAttribute('href')).toContain('cf2f38');
    await page.getByText('AssertionError: expected 10.25 to be 10.24').waitFor();
    expect(await page.locator('#L5').count()).toBe(1);
    expect(await page.locator('body').getAttribute('data-same')).toBe('yes');
    expect(complaints).toEqual([]);
  });

  it('begins the log again when another attempt does', async () => {
    const page = await open('/runs/run01', [runningRun()]);
    server.append('job01', linesOf(20, 0));
    await page.locator('#L20').waitFor();
    const [lost] = runningJob().attempts;
    if (!lost) throw new Error('the job has no attempt');
    const attempts = [
      { ...lost, status: 'lost' as const },
      { ...lost, number: 2, runner: 'builder-2' },
    ];
    history.runs = [{ ...runningRun(), jobs: [runningJob({ attempts })] }];
    server.changed('job01');
    await page.getByText('attempt 2').waitFor();
    await expect.poll(() => server.connections()).toBe(2);
    await expect.poll(() => page.locator('.l').count()).toBe(20);
  });

  it('shows the end of the step that failed first, and what went well closed', async () => {
    const page = await open('/runs/run01', [fullRun()]);
    server.append('job01', [
      ...linesOf(300, 0, 'install'),
      ...linesOf(50, 1, 'lint'),
      ...linesOf(400, 2, 'test'),
    ]);
    server.end('job01', 'failure');
    await page.locator('#L750').waitFor();
    await expect.poll(() => isInSight(page, '#L750')).toBe(true);
    expect(await page.locator('#step-0').getAttribute('open')).toBe(null);
    expect(await page.locator('#step-2').getAttribute('open')).toBe('');
    expect(await page.evaluate(() => scrollY)).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('leads to a line by its address, also within a closed step', async () => {
    const page = await open('/runs/run01#L42', [fullRun()]);
    server.append('job01', [...linesOf(300, 0), ...linesOf(400, 2)]);
    server.end('job01', 'failure');
    await page.locator('#L42.marked').waitFor();
    await expect.poll(() => isInSight(page, '#L42')).toBe(true);
  });

  it('shows times when asked', async () => {
    const page = await open('/runs/run01', [fullRun()]);
    server.append('job01', linesOf(3, 2));
    server.end('job01', 'failure');
    await page.locator('#L3').waitFor();
    const time = () => page.locator('#L3').evaluate((line) => getComputedStyle(line, '::before').content);
    expect(await time()).toBe('none');
    await page.locator('#log-times').click();
    expect(await time()).toBe('"0:00.0"');
  });

  it('takes a log of 50,000 lines in without holding the reader up', async () => {
    const page = await open('/runs/run01', [runningRun()]);
    await page.evaluate(() => {
      new PerformanceObserver((list) => {
        const longest = Math.max(0, ...list.getEntries().map(({ duration }) => duration));
        const known = Number(document.body.dataset['longest'] ?? 0);
        document.body.dataset['longest'] = String(Math.max(longest, known));
      }).observe({ type: 'longtask' });
    });
    server.append(
      'job01',
      linesOf(50_000, 0, 'a line of the usual length, as programs write them while they work:'),
    );
    await page.locator('#L50000').waitFor({ timeout: 30_000 });
    expect(await page.locator('.l').count()).toBe(50_000);
    const longestMs = Number((await page.locator('body').getAttribute('data-longest')) ?? 0);
    expect(longestMs).toBeLessThan(1_000);
  });

  it('keeps the newest 100,000 lines and loads earlier ones when asked', async () => {
    const run = fullRun();
    const jobs = run.jobs.map((job) => ({
      ...job,
      attempts: job.attempts.map((attempt) => ({
        ...attempt,
        log: { lines: 130_000, bytes: 1, cut: false },
      })),
    }));
    const page = await open('/runs/run01', [{ ...run, jobs }]);
    server.append('job01', linesOf(130_000, 2));
    server.end('job01', 'failure');
    await page.locator('#L130000').waitFor({ timeout: 60_000 });
    expect(await page.locator('#L30000').count()).toBe(0);
    expect(await page.locator('#L30001').count()).toBe(1);
    await page.getByRole('button', { name: 'Load earlier lines' }).click();
    await page.locator('#L10001').waitFor({ state: 'attached', timeout: 30_000 });
    expect(await page.locator('#L30000').count()).toBe(1);
    await expect.poll(() => page.getByRole('button', { name: 'Load earlier lines' }).isEnabled()).toBe(true);
  });

  it('can be reached with the keyboard alone', async () => {
    const page = await open('/runs/run01', [fullRun()]);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    const reached = new Set<string>();
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(() => document.activeElement?.id ?? ''));
    }
    expect([...reached]).toEqual(
      expect.arrayContaining(['job-job01', 'job-job02', 'log-times', 'log-lines']),
    );
  });
});

describe('without JavaScript', () => {
  it('the page of a run says all but the log, and leads to that', async () => {
    const page = await open('/runs/run01', [fullRun()], { javaScriptEnabled: false });
    server.append('job01', linesOf(2, 0));
    await page.getByText('AssertionError: expected 10.25 to be 10.24').waitFor();
    expect(await page.locator('#log-follow').isVisible()).toBe(false);
    await page.getByRole('link', { name: 'the log as text' }).click();
    expect(await page.textContent('body')).toContain('line 2');
  });
});

describe('every page', () => {
  it.each([375, 768, 1600])('fits a window %i px wide', async (width) => {
    const long = 'feature/a-branch-with-a-name-that-goes-on-and-on-and-is-not-broken-anywhere-at-all';
    const run = { ...fullRun(), title: 'x'.repeat(300), branch: long, ref: `refs/heads/${long}` };
    const page = await open('/', [run]);
    await page.setViewportSize({ width, height: 800 });
    for (const path of ['/', '/runs/run01', '/deliveries', '/nowhere']) {
      await page.goto(server.url + path);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
    }
  });

  it('lists a new run without being loaded again', async () => {
    const page = await open('/', [runningRun()]);
    history.runs = [sampleRun({ id: 'run02', title: 'A newer change' }), runningRun()];
    await page.getByText('A newer change').waitFor({ timeout: 15_000 });
    expect(complaints).toEqual([]);
  });
});

function isInSight(page: Page, selector: string): Promise<boolean> {
  return page.locator(selector).evaluate((line) => {
    const { top, bottom } = line.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
}
