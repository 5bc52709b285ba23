import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askForDownloads, download, lfsServerOf } from '../../../../runners/workspace/lfs/lfs-server.ts';
import { checkSource } from '../../../../runners/workspace/source.ts';

const object = { oid: 'a'.repeat(64), sizeBytes: 7 };
const credential = { username: 'x-access-token', password: 'secret' };

async function useServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(
    () => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections()),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function sourceAt(base: string) {
  const sha = 'b'.repeat(40);
  const source = {
    repository: 'octo/app',
    cloneUrl: `${base}/octo/app`,
    ref: 'refs/heads/main',
    sha,
    credential,
  };
  return checkSource(source, [base]);
}

const never = () => new AbortController().signal;
const answering = (href: string) =>
  JSON.stringify({ objects: [{ oid: object.oid, size: 7, actions: { download: { href } } }] });

/** Asks for the object and downloads it; answers its bytes. */
async function fetchFrom(base: string, signal = never()): Promise<string> {
  const source = sourceAt(base);
  const [found] = await askForDownloads(source, [object], signal);
  if (!found) throw new Error('there is an answer for each object');
  return (await buffer(await download(source, found, signal))).toString();
}

describe('a server of Git LFS', () => {
  it('is found beside the repository', () => {
    expect(lfsServerOf('https://host/octo/app')).toBe('https://host/octo/app.git/info/lfs');
    expect(lfsServerOf('https://host/octo/app.git/')).toBe('https://host/octo/app.git/info/lfs');
  });

  it('may redirect a download on its own host, which is asked with the credential', async () => {
    const asked: string[] = [];
    const base = await useServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization !== undefined}`);
      if (request.url === '/one') response.writeHead(302, { location: '/two' }).end();
      else response.end(request.url === '/two' ? 'content' : answering(`${base}/one`));
    });
    expect(await fetchFrom(base)).toBe('content');
    expect(asked).toEqual([
      'POST /octo/app.git/info/lfs/objects/batch true',
      'GET /one true',
      'GET /two true',
    ]);
  });

  it.each([
    ['in its answer', (elsewhere: string) => (url: string, base: string) => [url, elsewhere, base]],
    ['by a redirect', (elsewhere: string) => (url: string, base: string) => [url, `${base}/one`, elsewhere]],
  ])(
    'that names another address without https %s is refused, and nobody there is asked',
    async (_, places) => {
      let asked = 0;
      const elsewhere = await useServer((_request, response) => {
        asked += 1;
        response.end('content');
      });
      const base: string = await useServer((request, response) => {
        const [url, href = '', location = ''] = places(elsewhere)(request.url ?? '', base);
        if (url === '/one') response.writeHead(307, { location }).end();
        else response.end(answering(href));
      });
      await expect(fetchFrom(base)).rejects.toMatchObject({ code: 'bad-source' });
      expect(asked).toBe(0);
    },
  );

  it.each([
    [401, '{"message":"no"}', 'authentication'],
    [403, '{"message":"over its data quota"}', 'authentication'],
    [404, '', 'not-found'],
    [422, '{"message":"no"}', 'failed'],
    [429, '', 'unreachable'],
    [503, '<html>', 'unreachable'],
    [200, '<html>', 'failed'],
    [200, '{"objects":[]}', 'lfs-missing'],
    [302, '', 'failed'],
    [200, answering('file:///etc/passwd'), 'bad-source'],
    [200, answering('https://me:secret@host/x'), 'bad-source'],
  ])('that answers %i %j is a refusal: %s', async (status, body, code) => {
    const base = await useServer((_, response) => response.writeHead(status).end(body));
    await expect(fetchFrom(base)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^octo\/app: /),
    });
  });

  it('that is not there may come back, and one that hangs is not waited for after a stop', async () => {
    await expect(fetchFrom('http://127.0.0.1:9')).rejects.toMatchObject({ code: 'unreachable' });
    const stop = new AbortController();
    const base = await useServer(() => stop.abort(new Error('enough')));
    await expect(fetchFrom(base, stop.signal)).rejects.toThrow('enough');
  });
});
