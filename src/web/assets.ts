import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Hono } from 'hono';

type Asset = { body: Buffer; zipped: Buffer; type: string; etag: string };

const css = 'text/css; charset=utf-8';
const script = 'text/javascript; charset=utf-8';

/** Every file that browsers may ask for. The list is closed: no path of a request reaches the disk. */
const files: Readonly<Record<string, { url: URL; type: string }>> = {
  'hookline.css': own('hookline.css', css),
  'live-page.js': own('live-page.js', script),
  'fresh-parts.js': own('fresh-parts.js', script),
  'live-log.js': own('live-log.js', script),
  'log-stream.js': own('log-stream.js', script),
  'log-view.js': own('log-view.js', script),
  'log-follower.js': own('log-follower.js', script),
  'log-line.js': own('log-line.js', script),
  'ansi_up.js': { url: new URL(import.meta.resolve('ansi_up')), type: script },
};

function own(name: string, type: string): { url: URL; type: string } {
  return { url: new URL(`./assets/${name}`, import.meta.url), type };
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

function load({ url, type }: { url: URL; type: string }): Asset {
  const body = readFileSync(fileURLToPath(url));
  // Weak: the same file travels zipped and plain.
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, zipped: gzipSync(body, { level: 9 }), type, etag };
}
