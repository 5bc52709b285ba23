import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Hono } from 'hono';

type Asset = { body: Buffer; zipped: Buffer; type: string; etag: string };

type Source = { urls: readonly URL[]; type: string };

/** One style sheet, in this order. */
const sheets = ['base.css', 'pieces.css', 'lists.css', 'run.css', 'log.css', 'reference.css'];
const script = 'text/javascript; charset=utf-8';

/** Every file that browsers may ask for. The list is closed: no path of a request reaches the disk. */
const files: Readonly<Record<string, Source>> = {
  'hookline.css': { urls: sheets.map(ownUrl), type: 'text/css; charset=utf-8' },
  'live-page.js': ownScript('live-page.js'),
  'fresh-parts.js': ownScript('fresh-parts.js'),
  'live-log.js': ownScript('live-log.js'),
  'log-stream.js': ownScript('log-stream.js'),
  'log-view.js': ownScript('log-view.js'),
  'log-follower.js': ownScript('log-follower.js'),
  'log-place.js': ownScript('log-place.js'),
  'log-line.js': ownScript('log-line.js'),
  'ansi_up.js': { urls: [new URL(import.meta.resolve('ansi_up'))], type: script },
};

function ownUrl(name: string): URL {
  return new URL(`./assets/${name}`, import.meta.url);
}

function ownScript(name: string): Source {
  return { urls: [ownUrl(name)], type: script };
}

/**
 * The style sheet and the scripts, read once when the service starts. Browsers keep them and ask each time
 * whether they changed (304): scripts import one another by plain names, which no version could be put into.
 */
export function assetRoutes(): Hono {
  const assets = new Map(Object.entries(files).map(([name, file]) => [name, load(file)]));
  return new Hono().get('/assets/:name', (context) => {
    const asset = assets.get(context.req.param('name'));
    if (!asset) return context.notFound();
    const headers = {
      etag: asset.etag,
      'cache-control': 'public, no-cache',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
    };
    if (context.req.header('if-none-match')?.includes(asset.etag)) return context.body(null, 304, headers);
    const isZipped = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
    const body = isZipped ? asset.zipped : asset.body;
    return context.body(new Uint8Array(body), 200, {
      ...headers,
      'content-type': asset.type,
      'content-length': String(body.length),
      ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    });
  });
}

function load({ urls, type }: Source): Asset {
  const body = Buffer.concat(urls.map((url) => readFileSync(fileURLToPath(url))));
  // Weak: the same file travels zipped and plain.
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, zipped: gzipSync(body, { level: 9 }), type, etag };
}
