import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { webStreamOf } from '../../../src/blobs/web-stream.ts';

const endless = () =>
  new Readable({
    read() {
      this.push(Buffer.alloc(1_000));
    },
  });
const read = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

describe('a web stream of a Node stream', () => {
  it('gives its bytes', async () => {
    expect(await read(webStreamOf(Readable.from([Buffer.from('one '), Buffer.from('two')])))).toBe('one two');
  });

  it('lets go of the source when it is cancelled, read or not', async () => {
    for (const readFirst of [false, true]) {
      const source = endless();
      const reader = webStreamOf(source).getReader();
      if (readFirst) await reader.read();
      await reader.cancel();
      expect(source.destroyed).toBe(true);
    }
  });

  it('lets go of the source when it is aborted, and tells the reader why', async () => {
    const source = endless();
    const abort = new AbortController();
    const stream = webStreamOf(source, { signal: abort.signal });
    abort.abort('enough');
    expect(source.destroyed).toBe(true);
    await expect(read(stream)).rejects.toBe('enough');
    await expect(read(webStreamOf(endless(), { signal: abort.signal }))).rejects.toBe('enough');
  });

  it('keeps the error of a source that broke before anybody read, in the words it is given', async () => {
    const source = endless();
    const stream = webStreamOf(source, { mapError: (error) => new Error('told', { cause: error }) });
    source.destroy(new Error('the socket broke'));
    await new Promise((resolve) => source.once('close', resolve));
    await expect(read(stream)).rejects.toMatchObject({
      message: 'told',
      cause: { message: 'the socket broke' },
    });
  });
});
