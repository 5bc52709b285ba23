import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryInbox } from '../../../../src/webhooks/memory-inbox.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { examplePayload } from './examples.ts';
import { githubIntake, signatureOf } from './github-intake.ts';

const pushBody = JSON.stringify(examplePayload('push'));

/** Intake behind a real server on a port of its own, closed when the test ends. */
async function listen(options: Parameters<typeof githubIntake>[0] = {}) {
  const { app, inbox } = githubIntake(options);
  const server = createServer(app.listener);
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { inbox, port: address.port, url: `http://127.0.0.1:${address.port}/webhooks/github` };
}

function headersFor(body: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': signatureOf(body),
  };
}

/** Speaks HTTP by hand, for what no client would send. */
async function raw(port: number, head: string[]): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  // The server may cut a sender off whom it has refused.
  socket.on('error', () => {});
  let text = '';
  socket.on('data', (data) => {
    text += data.toString();
  });
  await once(socket, 'connect');
  socket.write(['POST /webhooks/github HTTP/1.1', 'host: localhost', ...head, '', ''].join('\r\n'));
  return { socket, received: () => text };
}

describe('GitHub intake over a connection', () => {
  it('takes small bodies, large ones and ones in chunks', async () => {
    const { url, inbox } = await listen();
    const large = JSON.stringify({ ...examplePayload('push'), padding: 'x'.repeat(3 * 1024 * 1024) });
    const chunked = JSON.stringify({ ...examplePayload('push'), padding: 'chunked' });
    const inChunks = { body: new Blob([chunked]).stream(), duplex: 'half' };
    for (const sent of [
      { body: pushBody, headers: headersFor(pushBody) },
      { body: large, headers: headersFor(large) },
      { ...inChunks, headers: headersFor(chunked) },
    ]) {
      const response = await fetch(url, { method: 'POST', ...sent });
      expect(response.status).toBe(202);
    }
    expect(inbox.deliveries().map(({ body }) => body.byteLength)).toEqual(
      [pushBody, large, chunked].map((body) => Buffer.byteLength(body)),
    );
  });

  it('answers a body announced too large without waiting for it', async () => {
    const { port, inbox } = await listen();
    const { received } = await raw(port, [
      `content-length: ${26 * 1024 * 1024 + 1}`,
      `x-hub-signature-256: ${signatureOf('')}`,
    ]);
    await waitUntil(async () => received().includes('\r\n\r\n'), { what: 'an answer', timeoutMs: 5_000 });
    expect(received()).toMatch(/^HTTP\/1\.1 413 /);
    expect(inbox.refusals()).toEqual(new Map([['github body-too-large', 1]]));
  });

  it('answers a sender of endless chunks once they are too many', async () => {
    const { port } = await listen({ maxBytes: 100_000 });
    const { socket, received } = await raw(port, [
      'transfer-encoding: chunked',
      `x-hub-signature-256: ${signatureOf('')}`,
    ]);
    const chunk = `2710\r\n${'x'.repeat(10_000)}\r\n`;
    await waitUntil(
      async () => {
        if (!socket.destroyed) socket.write(chunk);
        return received().includes('\r\n\r\n');
      },
      { what: 'an answer', timeoutMs: 5_000, intervalMs: 1 },
    );
    expect(received()).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('answers a sender without a signature without waiting for the body', async () => {
    const { port } = await listen();
    const { received } = await raw(port, ['content-length: 1000']);
    await waitUntil(async () => received().includes('\r\n\r\n'), { what: 'an answer', timeoutMs: 5_000 });
    expect(received()).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('survives a sender who is gone before its delivery is written down', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isRecorded = false;
    const { port, url } = await listen({
      inbox: {
        ...memoryInbox(),
        async record({ id }) {
          isRecorded = true;
          await promise;
          return { outcome: 'recorded', id };
        },
      },
    });
    const head = Object.entries(headersFor(pushBody)).map(([name, value]) => `${name}: ${value}`);
    const { socket } = await raw(port, [...head, `content-length: ${Buffer.byteLength(pushBody)}`]);
    socket.write(pushBody);
    await waitUntil(async () => isRecorded, { what: 'the delivery', timeoutMs: 30_000 });
    const gone = once(socket, 'close');
    socket.destroy();
    await gone;
    resolve();
    const response = await fetch(url, { method: 'POST', body: pushBody, headers: headersFor(pushBody) });
    expect(response.status).toBe(202);
  });

  it('refuses what declares a length and comes in chunks besides', async () => {
    const { port, inbox } = await listen();
    const { received } = await raw(port, ['content-length: 4', 'transfer-encoding: chunked']);
    await waitUntil(async () => received().includes('\r\n\r\n'), { what: 'an answer', timeoutMs: 30_000 });
    expect(received()).toMatch(/^HTTP\/1\.1 400 /);
    expect(inbox.deliveries()).toEqual([]);
  });

  it('takes the next delivery on a connection whose last one was refused unread', async () => {
    const { url } = await listen();
    for (let times = 0; times < 20; times += 1) {
      const refused = await fetch(url, { method: 'POST', body: pushBody });
      expect(refused.status).toBe(401);
      await refused.text();
      const taken = await fetch(url, { method: 'POST', body: pushBody, headers: headersFor(pushBody) });
      expect(taken.status).toBe(202);
      await taken.text();
    }
  });

  it.each([
    ['small', 1_000],
    ['large', 5_000_000],
  ])('counts a sender who breaks off in a %s body, and records nothing', async (_, announcedBytes) => {
    const { port, inbox } = await listen();
    const { socket } = await raw(port, [
      `content-length: ${announcedBytes}`,
      `x-hub-signature-256: ${signatureOf('')}`,
    ]);
    socket.write('{"ref":', () => socket.destroy());
    await waitUntil(async () => inbox.refusals().get('github body-cut-off') === 1, {
      what: 'the refusal to be counted',
      timeoutMs: 5_000,
    });
    expect(inbox.deliveries()).toEqual([]);
  });
});
