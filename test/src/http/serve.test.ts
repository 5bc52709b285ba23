import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, get as httpGet } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DirectRoute, type ServeLimits, serve, serveLimits } from '../../../src/http/serve.ts';
import { silentLog } from '../../../src/log.ts';
import { githubWebhook } from '../../../src/webhooks/github/github-webhook.ts';
import { memoryInbox } from '../../../src/webhooks/memory-inbox.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { readEvents } from './logs/sse-reader.ts';
import { attemptWith, jobWith, runWith } from './memory-history.ts';
import { testApp } from './test-app.ts';

async function serveTest(
  app: Parameters<typeof serve>[0],
  limits: Partial<ServeLimits> = {},
  webhooks: readonly DirectRoute[] = [],
) {
  const server = await serve(app, {
    webhooks,
    host: '127.0.0.1',
    port: 0,
    log: silentLog,
    limits: { ...serveLimits, ...limits },
  });
  onTestFinished(() => server.close(0));
  return server;
}

function appWithRunningJob() {
  const test = testApp();
  const jobs = [jobWith({ status: 'running', attempts: [attemptWith({ status: 'leased' })] })];
  test.history.runs.set('run1', runWith({ status: 'running', jobs }));
  return test;
}

async function raw(port: number, text: string): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  let received = '';
  socket.on('data', (data) => {
    received += data.toString();
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return { socket, received: () => received };
}

describe('listening', () => {
  it('answers where it says it does', async () => {
    const server = await serveTest(testApp().app);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    const response = await fetch(`${server.url}/healthz`);
    expect(await response.json()).toEqual({ status: 'ok' });
  });

  it('names a port that is taken, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => {
      other.close();
    });
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await expect(serve(new Hono(), { host: '127.0.0.1', port, log: silentLog })).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringMatching(new RegExp(`port ${port} .* PORT`)),
    });
  });

  it.each([
    ['192.0.2.1', 'host-not-here'],
    ['no-such-host.invalid', 'host-unknown'],
  ])('names HOST %s, which is none of this machine', async (host, code) => {
    await expect(serve(new Hono(), { host, port: 0, log: silentLog })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`HOST is ${host}`),
    });
  });
});

describe('deliveries', () => {
  const seen: DirectRoute = {
    path: '/webhooks/seen',
    async answer({ method, url }, response) {
      response.writeHead(202).end(`${method} ${url}`);
    },
  };
  const bug: DirectRoute = {
    path: '/webhooks/bug',
    answer: () => Promise.reject(new Error('secret detail')),
  };
  const listen = () => serveTest(testApp({ apiKey: 'a-key-of-some-length' }).app, {}, [seen, bug]);

  it('come to routes of their own, past the key and under any name of the host', async () => {
    const { port } = await listen();
    const targets = ['/webhooks/seen', '/webhooks/seen?hook=1', 'http://tunnel.example/webhooks/seen'];
    for (const target of targets) {
      const { received } = await raw(port, `POST ${target} HTTP/1.1\r\nhost: tunnel.example\r\n\r\n`);
      await waitUntil(async () => received().includes(target), { what: 'an answer', timeoutMs: 30_000 });
      expect(received()).toMatch(/^HTTP\/1\.1 202 /);
    }
  });

  it.each(['/webhooks/other', '/webhooks/seen/', '/webhooks/seen/more', '//webhooks/seen'])(
    'are not taken at %s',
    async (path) => {
      const { url } = await listen();
      const response = await fetch(`${url}${path}`, { method: 'POST' });
      expect([401, 404]).toContain(response.status);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    },
  );

  it('hear of a bug as of an internal error, and nothing of what it was', async () => {
    const { url } = await listen();
    const response = await fetch(`${url}/webhooks/bug`, { method: 'POST' });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'internal-error', detail: 'internal error' });
    expect(text).not.toContain('secret');
  });
});

describe('clients that take their time', () => {
  it('are cut off when their headers do not come', async () => {
    const server = await serveTest(testApp().app, { headersMs: 150 });
    const { socket, received } = await raw(server.port, 'GET /healthz HTTP/1.1\r\nhost: lo');
    await once(socket, 'close');
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('are cut off when their bodies do not come, and nothing is recorded', async () => {
    const inbox = memoryInbox();
    const secret = 'a secret of the two';
    const ports = { inbox, now: Date.now, newId: randomUUID, log: silentLog };
    const limits = { headersMs: 100, requestMs: 200 };
    const server = await serveTest(testApp().app, limits, [githubWebhook({ secrets: [secret], ...ports })]);
    const { socket } = await raw(
      server.port,
      `POST /webhooks/github HTTP/1.1\r\nhost: localhost\r\nx-hub-signature-256: sha256=${'0'.repeat(64)}\r\ncontent-length: 9\r\n\r\nabc`,
    );
    await once(socket, 'close');
    await waitUntil(async () => inbox.refusals().get('github body-cut-off') === 1, {
      what: 'the refusal',
      timeoutMs: 30_000,
    });
    expect(inbox.deliveries()).toEqual([]);
  });

  it('are answered when what they send is no HTTP, or names an odd host', async () => {
    const server = await serveTest(testApp().app);
    for (const text of ['nonsense\r\n\r\n', 'GET / HTTP/1.1\r\nhost: a b\r\n\r\n']) {
      const { received } = await raw(server.port, text);
      await waitUntil(async () => received().includes('\r\n\r\n'), { what: 'an answer', timeoutMs: 5_000 });
      expect(received()).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  it('hear of a bug that throws no error as of any other', async () => {
    const broken = new Hono().get('/broken', () => {
      throw 'secret detail';
    });
    const server = await serveTest(testApp({ pages: broken }).app);
    const response = await fetch(`${server.url}/broken`);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: 'internal-error', detail: 'internal error' });
  });
});

describe('readers who leave', () => {
  it('let go of the live log they followed', async () => {
    const { app, live } = appWithRunningJob();
    const server = await serveTest(app);
    const { socket } = await raw(
      server.port,
      'GET /api/v1/jobs/job1/log/stream HTTP/1.1\r\nhost: localhost\r\n\r\n',
    );
    await waitUntil(async () => live.readers() === 1, { what: 'a reader', timeoutMs: 5_000 });
    socket.destroy();
    await waitUntil(async () => live.readers() === 0, { what: 'no reader', timeoutMs: 5_000 });
  });

  it('let go of the artifact they downloaded', async () => {
    const { app, history, blobs } = testApp();
    const sizeBytes = 64 * 1024 * 1024;
    const key = 'artifacts/run1/job1/1/site.zip';
    const { id } = { id: 'artifact1' };
    history.artifact = async () => ({
      ...{ id, runId: 'run1', jobName: 'build', name: 'site', key, sizeBytes, fileCount: 1, createdAtMs: 0 },
      sha256: '0'.repeat(64),
    });
    let sentBytes = 0;
    let isLetGo = false;
    blobs.get = async () => ({
      sizeBytes,
      contentType: 'application/zip',
      body: new ReadableStream({
        pull(controller) {
          sentBytes += 65_536;
          controller.enqueue(new Uint8Array(65_536));
        },
        cancel() {
          isLetGo = true;
        },
      }),
    });
    const server = await serveTest(app);
    const { socket } = await raw(
      server.port,
      `GET /api/v1/artifacts/${id} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.pause();
    socket.destroy();
    await waitUntil(async () => isLetGo, { what: 'the blob to be let go', timeoutMs: 5_000 });
    expect(sentBytes).toBeLessThan(sizeBytes);
  });
});

describe('stopping', () => {
  it('ends streams at once, with a hint to come back', async () => {
    const { app, live } = appWithRunningJob();
    const server = await serveTest(app);
    const reader = readEvents(await fetch(`${server.url}/api/v1/jobs/job1/log/stream`));
    await waitUntil(async () => live.readers() === 1, { what: 'a reader', timeoutMs: 5_000 });
    const closed = server.close(20_000);
    await reader.rest();
    expect(reader.text()).toContain('retry: ');
    await closed;
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('lets a request finish that is under way, and is not held up by idle connections', async () => {
    let finish = () => {};
    let isAsked = false;
    const slow = new Hono().get('/slow', async (context) => {
      isAsked = true;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return context.text('done');
    });
    const server = await serveTest(testApp({ pages: slow }).app);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const answer = new Promise<string>((resolve, reject) => {
      httpGet(`${server.url}/slow`, { agent }, (response) => {
        response.setEncoding('utf8').once('data', resolve);
      }).once('error', reject);
    });
    await waitUntil(async () => isAsked, { what: 'the request', timeoutMs: 5_000 });
    const closed = server.close(20_000);
    expect(server.close(20_000)).toBe(closed);
    finish();
    expect(await answer).toBe('done');
    await closed;
  });

  it('cuts off what does not finish in time', async () => {
    const stuck = new Hono().get('/stuck', () => new Promise<Response>(() => {}));
    const server = await serveTest(testApp({ pages: stuck }).app);
    const { socket } = await raw(server.port, 'GET /stuck HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const cutOff = once(socket, 'close');
    await server.close(100);
    await cutOff;
  });
});
