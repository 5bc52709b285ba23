import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, describe, expect, it } from 'vitest';
import { createImageStore } from '../../../runners/engine/docker/prepare-image.ts';

const folder = mkdtempSync(join(tmpdir(), 'hookline-images-'));
const closers: Array<() => Promise<void>> = [];
afterAll(async () => {
  await Promise.all(closers.map((close) => close()));
  rmSync(folder, { recursive: true, force: true });
});

/** A daemon that knows images and pulls, on a socket of its own. */
async function startRegistryLike(pull: (response: ServerResponse, has: Set<string>) => void) {
  const has = new Set<string>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://daemon');
    asked.push(`${request.method} ${url.pathname}`);
    request.resume();
    if (request.method === 'POST') return pull(response, has);
    const name = url.pathname.slice('/images/'.length, -'/json'.length);
    response.writeHead(has.has(name) ? 200 : 404, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(has.has(name) ? { Id: `sha256:${name}` } : { message: `No such image: ${name}` }),
    );
  });
  const socketPath = join(folder, `${closers.length}.sock`);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const clock = { nowMs: 0 };
  const docker = new Docker({ socketPath });
  const images = createImageStore({ docker, address: socketPath, nowMs: () => clock.nowMs });
  return { images, has, asked, clock };
}

const never = new AbortController().signal;
const pulled = (response: ServerResponse, has: Set<string>) => {
  has.add('acme/shop:1');
  response.write('{"status":"Pulling"}\n{"status":');
  response.end('"Done"}\n');
};

describe('the image store', () => {
  it('pulls what is missing once for all who ask, and remembers it for a minute', async () => {
    const { images, asked, clock } = await startRegistryLike(pulled);
    const ask = () => images.prepare('acme/shop:1', never);
    const ids = await Promise.all([ask(), ask(), ask()]);
    expect(ids).toEqual(Array.from({ length: 3 }, () => ({ id: 'sha256:acme/shop:1' })));
    await ask();
    const look = 'GET /images/acme/shop:1/json';
    expect(asked).toEqual([look, 'POST /images/create', look]);
    clock.nowMs += 60_001;
    await ask();
    expect(asked).toHaveLength(4);
    images.forget('sha256:acme/shop:1');
    await ask();
    expect(asked).toHaveLength(5);
  });

  it('says in the registry’s own words why an image cannot be had, and asks again next time', async () => {
    const { images, asked } = await startRegistryLike((response) => {
      response.write('{"status":"Pulling"}\n');
      response.end('{"error":"denied: https://robot:s3cret@r.example wants a login"}\n');
    });
    for (let time = 1; time <= 2; time += 1) {
      const refused = images.prepare('acme/private:2', never);
      await expect(refused).rejects.toMatchObject({
        code: 'image-unavailable',
        message: expect.stringContaining(
          'acme/private:2 cannot be had: denied: https://***@r.example wants a login',
        ),
      });
    }
    expect(asked.filter((call) => call.startsWith('POST'))).toHaveLength(2);
  });

  it('goes on with a pull while one of those who wait for it has not given up', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<() => void>();
    const { images, asked } = await startRegistryLike((response, has) => begin(() => pulled(response, has)));
    const first = new AbortController();
    const second = new AbortController();
    const reason = new Error('cancelled');
    const firstAsk = images.prepare('acme/shop:1', first.signal);
    const secondAsk = images.prepare('acme/shop:1', second.signal);
    const finish = await begun;
    first.abort(reason);
    await expect(firstAsk).rejects.toBe(reason);
    finish();
    expect(await secondAsk).toEqual({ id: 'sha256:acme/shop:1' });
    expect(asked.filter((call) => call.startsWith('POST'))).toHaveLength(1);
  });

  it('gives a pull up with the last who waits for it', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { images } = await startRegistryLike((response) => {
      response.on('close', () => resolve());
      response.write('{"status":"Pulling"}\n');
      begin();
    });
    const abort = new AbortController();
    const reason = new Error('cancelled');
    const ask = images.prepare('acme/shop:1', abort.signal);
    await begun;
    abort.abort(reason);
    await expect(ask).rejects.toBe(reason);
    await gone;
  });

  it.each([
    '',
    '../containers/json',
    'a/../../b',
    'name with spaces',
    'a?x=1',
    'a#b',
    '-flag',
    'a'.repeat(300),
  ])('takes no name that steps out of the API’s path: %j', async (name) => {
    const { images, asked } = await startRegistryLike(pulled);
    await expect(images.prepare(name, never)).rejects.toMatchObject({ code: 'image-unavailable' });
    expect(asked).toEqual([]);
  });
});
