import { describe, expect, it } from 'vitest';
import { type BodyLimits, bodyReader } from '../../../src/webhooks/read-body.ts';

const roomy: BodyLimits = { maxBytes: 10_000, maxHeldBytes: 1_000_000 };

describe('reading the body of a stranger', () => {
  it('gives its bytes, in one piece or in many', async () => {
    const read = bodyReader(roomy);
    expect((await read(request('whole'))).toString()).toBe('whole');
    const parts = new ReadableStream({
      start(controller) {
        for (const part of ['in', ' ', 'parts']) controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    });
    expect((await read(request(parts))).toString()).toBe('in parts');
    expect(await read(request(undefined))).toHaveLength(0);
  });

  it('refuses more when too much is half received already, and goes on once that is done', async () => {
    const read = bodyReader({ maxBytes: 10_000, maxHeldBytes: 10_000 });
    const slow = openEnded();
    const reading = read(request(slow.stream));
    await slow.send(6_000);

    await expect(read(request(new Blob(['x'.repeat(5_000)]).stream()))).rejects.toMatchObject({
      code: 'too-many-large-bodies',
      status: 503,
    });
    slow.end();
    expect(await reading).toHaveLength(6_000);
    expect(await read(request(new Blob(['x'.repeat(5_000)]).stream()))).toHaveLength(5_000);
  });

  it('counts what has come and not what was announced: announcing shuts nobody out', async () => {
    const read = bodyReader({ maxBytes: 5_000_000, maxHeldBytes: 5_000_000 });
    const silent = Array.from({ length: 100 }, openEnded);
    const readings = silent.map(({ stream }) => read(request(stream, { 'content-length': '5000000' })));
    expect(await read(request(new Blob(['x'.repeat(4_000)]).stream()))).toHaveLength(4_000);
    for (const { end } of silent) end();
    await Promise.all(readings);
  });

  it('forgets what a sender held who breaks off', async () => {
    const read = bodyReader({ maxBytes: 10_000, maxHeldBytes: 10_000 });
    for (let times = 0; times < 20; times += 1) {
      const broken = openEnded();
      const reading = read(request(broken.stream));
      const refused = expect(reading).rejects.toMatchObject({ code: 'body-cut-off' });
      await broken.send(6_000);
      broken.breakOff();
      await refused;
    }
    expect(await read(request(new Blob(['x'.repeat(9_000)]).stream()))).toHaveLength(9_000);
  });
});

function request(body: string | ReadableStream | undefined, headers: Record<string, string> = {}): Request {
  const init = { method: 'POST', headers, duplex: 'half', ...(body === undefined ? {} : { body }) };
  return new Request('http://localhost/', init);
}

/** A body that comes as the test says. `send` resolves when the reader has taken what was sent. */
function openEnded() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    stream: readable,
    send: (sizeBytes: number) => writer.write(new Uint8Array(sizeBytes)),
    end: () => {
      void writer.close();
    },
    breakOff: () => {
      void writer.abort(new Error('the connection was reset'));
    },
  };
}
