import { once } from 'node:events';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../../../src/http/serve.ts';
import { silentLog } from '../../../src/log.ts';

async function served() {
  const arrived = Promise.withResolvers<void>();
  const app = new Hono()
    .get('/', (context) => context.text('ok'))
    .get('/hangs', () => {
      arrived.resolve();
      return new Promise<Response>(() => {});
    });
  const server = await serve(app, { host: '127.0.0.1', port: 0, log: silentLog });
  onTestFinished(() => server.close(0));
  return { server, arrived: arrived.promise };
}

describe('a server that drains', () => {
  it('still answers, and ends the connection with the answer', async () => {
    const { server } = await served();
    const before = await fetch(server.url);
    expect([before.status, before.headers.get('connection')]).toEqual([200, 'keep-alive']);
    server.drain();
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    await once(socket, 'end');
    expect(answer).toMatch(/^HTTP\/1\.1 200[\s\S]*connection: close/i);
  });

  it('cuts off what is under way when it is told to hurry after all', async () => {
    const { server, arrived } = await served();
    const broken = fetch(`${server.url}/hangs`).then(
      () => 'answered',
      () => 'cut off',
    );
    await arrived;
    const closed = server.close(600_000);
    await server.close(0);
    await closed;
    expect(await broken).toBe('cut off');
  });
});
