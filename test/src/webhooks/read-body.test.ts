import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type BodyLimits, bodyReader } from '../../../src/webhooks/read-body.ts';

const roomy: BodyLimits = { maxBytes: 10_000, maxHeldBytes: 1_000_000 };

describe('reading the body of a stranger', () => {
  it('gives its bytes, in one piece or in many', async () => {
    const read = bodyReader(roomy);
    expect((await read(whole('whole'))).toString()).toBe('whole');
    expect((await read(whole('in', ' ', 'parts'))).toString()).toBe('in parts');
    expect(await read(whole())).toHaveLength(0);
  });

  it('refuses a body that announces too much without taking a byte of it', async () => {
    const { request, held } = openEnded({ 'content-length': '10001' });
    held('x'.repeat(100));
    await expect(bodyReader(roomy)(request)).rejects.toMatchObject({ code: 'body-too-large', status: 413 });
    expect(request.readableLength).toBe(100);
  });

  it('refuses a body that announces nothing where it passes the limit', async () => {
    const endless = openEnded();
    const reading = bodyReader(roomy)(endless.request);
    const refused = expect(reading).rejects.toMatchObject({ code: 'body-too-large', status: 413 });
    await endless.send(10_000);
    await endless.send(1);
    await refused;
  });

  it('refuses more when too much is half received already, and goes on once that is done', async () => {
    const read = bodyReader({ maxBytes: 10_000, maxHeldBytes: 10_000 });
    const slow = openEnded();
    const reading = read(slow.request);
    await slow.send(6_000);

    await expect(read(whole('x'.repeat(5_000)))).rejects.toMatchObject({
      code: 'too-many-large-bodies',
      status: 503,
    });
    slow.end();
    expect(await reading).toHaveLength(6_000);
    expect(await read(whole('x'.repeat(5_000)))).toHaveLength(5_000);
  });

  it('counts what has come and not what was announced: announcing shuts nobody out', async () => {
    const read = bodyReader({ maxBytes: 5_000_000, maxHeldBytes: 5_000_000 });
    const silent = Array.from({ length: 100 }, () => openEnded({ 'content-length': '5000000' }));
    const readings = silent.map(({ request }) => read(request));
    expect(await read(whole('x'.repeat(4_000)))).toHaveLength(4_000);
    for (const { end } of silent) end();
    await Promise.all(readings);
  });

  it('takes small bodies while large ones fill all there is room for', async () => {
    const read = bodyReader({ maxBytes: 10_000, maxHeldBytes: 6_000 });
    const large = openEnded();
    const reading = read(large.request);
    await large.send(6_000);
    const small = whole('small');
    small.headers['content-length'] = '5';
    expect((await read(small)).toString()).toBe('small');
    large.end();
    await reading;
  });

  it('forgets what a sender held who breaks off', async () => {
    const read = bodyReader({ maxBytes: 10_000, maxHeldBytes: 10_000 });
    for (let times = 0; times < 20; times += 1) {
      const broken = openEnded();
      const refused = expect(read(broken.request)).rejects.toMatchObject({
        code: 'body-cut-off',
        status: 408,
      });
      await broken.send(6_000);
      broken.request.destroy();
      await refused;
    }
    expect(await read(whole('x'.repeat(9_000)))).toHaveLength(9_000);
  });
});

function whole(...parts: string[]): IncomingMessage {
  const { request, held, end } = openEnded();
  for (const part of parts) held(part);
  end();
  return request;
}

/** A request as node's parser makes it, whose body comes as the test says. `send` resolves when that was read. */
function openEnded(headers: Record<string, string> = {}) {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  return {
    request,
    held: (text: string) => void request.push(Buffer.from(text)),
    async send(sizeBytes: number): Promise<void> {
      const taken = once(request, 'data');
      request.push(Buffer.alloc(sizeBytes));
      await taken;
    },
    end(): void {
      request.complete = true;
      request.push(null);
    },
  };
}
