import { gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/errors.ts';
import { createPages } from '../../../src/web/pages.ts';
import { createMemoryHistory } from './memory-history.ts';
import { fullRun, sampleDelivery, sampleNowMs, sampleRun } from './sample-runs.ts';

const asPerson = { headers: { accept: 'text/html' } };
const now = () => sampleNowMs;

function pagesOf(history = createMemoryHistory({ runs: [fullRun()], deliveries: [sampleDelivery()] })) {
  return createPages({ history, now });
}

describe('the pages', () => {
  it.each(['/', '/runs', '/runs/run01', '/deliveries', '/deliveries/delivery01'])(
    'answer %s with HTML that may run nothing but our own scripts',
    async (path) => {
      const response = await pagesOf().request(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('text/html');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain('unsafe');
      const page = await response.text();
      expect(page).not.toMatch(/<[^>]+\s(?:style|on\w+)=/);
      expect(page).not.toMatch(/<script(?![^>]*src="\/assets\/)/);
    },
  );

  it('say that a run is not there', async () => {
    const response = await pagesOf().request('/runs/nope');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('There is no run &quot;nope&quot;.');
  });

  it('say that a page is not there, also behind an app with a no of its own', async () => {
    const alone = await pagesOf().request('/nowhere');
    expect(alone.status).toBe(404);
    expect(await alone.text()).toContain('No page has the address /nowhere.');

    const app = new Hono();
    app.notFound((context) => context.json({ code: 'not-found' }, 404));
    app.route('/', pagesOf());
    const asked = await app.request('/nowhere', asPerson);
    expect(asked.status).toBe(404);
    expect(await asked.text()).toContain('No page has the address /nowhere.');
    expect(await (await app.request('/api/v1/nowhere', asPerson)).json()).toEqual({ code: 'not-found' });
    expect(await (await app.request('/nowhere')).json()).toEqual({ code: 'not-found' });
  });

  it.each([
    ['/runs?status=broken', 'status is &quot;broken&quot;; it must be one of queued'],
    ['/runs?sha=main', 'must be 4 or more digits of a commit id'],
    [`/runs?branch=${'x'.repeat(301)}`, 'branch has 301 characters; 300 is the most'],
    ['/deliveries?outcome=lost', 'it must be one of pending, runs, ignored'],
  ])('say what is wrong with %s', async (path, text) => {
    const response = await pagesOf().request(path);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(text);
  });

  it('take a cursor that never was for a bad request', async () => {
    const history = createMemoryHistory();
    history.listRuns = async () => {
      throw new Refusal('bad-cursor', '"x" is no place in this list');
    };
    const response = await pagesOf(history).request('/runs?before=x');
    expect(response.status).toBe(400);
  });

  it('show an outage as a page without its cause, and log it whole', async () => {
    const history = createMemoryHistory();
    const outage = new Error('disk I/O error');
    history.run = async () => {
      throw outage;
    };
    const logged: unknown[] = [];
    const log = { error: (...line: unknown[]) => void logged.push(line) };
    const app = new Hono<{ Variables: { correlationId: string } }>();
    app.use(async (context, next) => {
      context.set('correlationId', 'id-to-look-for');
      await next();
    });
    app.route('/', createPages({ history, now, log }));
    const response = await app.request('/runs/run01');
    expect(response.status).toBe(500);
    const page = await response.text();
    expect(page).toContain('id-to-look-for');
    expect(page).not.toContain('disk I/O');
    expect(logged).toEqual([
      [expect.objectContaining({ err: outage, correlationId: 'id-to-look-for' }), expect.any(String)],
    ]);
  });

  it('leave an outage to the app around them when they have no log', async () => {
    const history = createMemoryHistory();
    history.run = async () => {
      throw new Error('disk I/O error');
    };
    const app = new Hono();
    app.onError((error, context) => context.text(`around: ${error.message}`, 500));
    app.route('/', pagesOf(history));
    expect(await (await app.request('/runs/run01')).text()).toBe('around: disk I/O error');
  });

  it('weigh less than 40 KB for a run without its log', async () => {
    const pages = pagesOf(createMemoryHistory({ runs: [fullRun()] }));
    const names = [
      'hookline.css',
      'live-page.js',
      'fresh-parts.js',
      'live-log.js',
      'log-stream.js',
      'log-view.js',
    ];
    const paths = [
      '/runs/run01',
      ...[...names, 'log-line.js', 'log-place.js', 'log-follower.js', 'ansi_up.js'].map(
        (name) => `/assets/${name}`,
      ),
    ];
    let sizeBytes = 0;
    for (const path of paths) {
      const response = await pages.request(path, { headers: { 'accept-encoding': 'gzip' } });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-encoding')).toBe('gzip');
      sizeBytes += (await response.arrayBuffer()).byteLength;
    }
    expect(sizeBytes).toBeLessThan(40_000);
  });
});

describe('the assets', () => {
  it('are the same zipped and plain, and are not sent again while they are the same', async () => {
    const pages = pagesOf();
    const plain = await pages.request('/assets/hookline.css');
    const zipped = await pages.request('/assets/hookline.css', {
      headers: { 'accept-encoding': 'br, gzip' },
    });
    expect(gunzipSync(await zipped.arrayBuffer()).toString()).toBe(await plain.text());
    expect(plain.headers.get('content-type')).toBe('text/css; charset=utf-8');
    const etag = plain.headers.get('etag') ?? '';
    const again = await pages.request('/assets/hookline.css', { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });

  it.each(['/assets/..%2fpages.ts', '/assets/base.css', '/assets/%2e%2e/pages.ts', '/assets/constructor'])(
    'are a closed list: there is no %s',
    async (path) => {
      expect((await pagesOf().request(path)).status).toBe(404);
    },
  );
});

describe('the list of runs', () => {
  const runs = Array.from({ length: 120 }, (_, index) =>
    sampleRun({ id: `r${index}`, title: `Change ${index}.` }),
  );

  it('leads to older runs and back', async () => {
    const pages = pagesOf(createMemoryHistory({ runs }));
    const linkOf = (page: string, rel: string) =>
      new RegExp(`rel="${rel}" href="([^"]+)"`).exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const read = async (path: string) => (await pages.request(path)).text();

    const first = await read('/runs?repository=acme%2Fshop');
    expect(first).toContain('Change 0.');
    expect(linkOf(first, 'prev')).toBe('');
    const second = await read(linkOf(first, 'next'));
    expect(second).toContain('Change 50.');
    const third = await read(linkOf(second, 'next'));
    expect(third).toContain('Change 119.');
    expect(linkOf(third, 'next')).toBe('');
    const back = await read(linkOf(third, 'prev'));
    expect(back).toContain('Change 50.');
    expect(linkOf(back, 'prev')).toBe('/runs?repository=acme%2Fshop');
  });

  it('tells a newcomer where to point the webhook, with which secret, and what to commit', async () => {
    const pages = createPages({ history: createMemoryHistory(), now, publicUrl: 'https://ci.example.org' });
    const page = await (await pages.request('/')).text();
    expect(page).toContain('https://ci.example.org/webhooks/github');
    expect(page).toContain('GITHUB_WEBHOOK_SECRET');
    expect(page).toContain('.hookline.yml');
  });

  it('tells somebody whose filter is too narrow how to widen it', async () => {
    const page = await (await pagesOf().request('/runs?branch=nope')).text();
    expect(page).toContain('No run fits this filter.');
    expect(page).toContain('value="nope"');
  });
});
