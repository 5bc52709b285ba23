import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameSplitter } from '../../../runners/engine/docker/split-frames.ts';

function frame(stream: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

describe('the frame splitter', () => {
  it('gives each stream its bytes in order, wherever chunks cut the frames', () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 20 })), {
      maxLength: 10,
    });
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 30 }), (sent, chunkBytes) => {
        const wire = Buffer.concat(sent.map(([stream, payload]) => frame(stream, payload)));
        const split = createFrameSplitter();
        const got: Record<string, Buffer[]> = { output: [], record: [] };
        for (let at = 0; at < wire.length; at += chunkBytes) {
          for (const { channel, bytes } of split(wire.subarray(at, at + chunkBytes))) {
            got[channel]?.push(Buffer.from(bytes));
          }
        }
        const sentTo = (wanted: number) =>
          Buffer.concat(sent.filter(([stream]) => stream === wanted).map(([, b]) => b));
        expect(Buffer.concat(got['output'] ?? [])).toEqual(sentTo(1));
        expect(Buffer.concat(got['record'] ?? [])).toEqual(sentTo(2));
      }),
    );
  });

  it('hands a frame’s bytes on before all of it has come', () => {
    const split = createFrameSplitter();
    const begun = frame(1, Buffer.alloc(1_000_000)).subarray(0, 100);
    expect([...split(begun)].map(({ bytes }) => bytes.length)).toEqual([92]);
  });

  it('stops at a stream that is out of step', () => {
    expect(() => [...createFrameSplitter()(frame(7, Buffer.from('x')))]).toThrow('out of step');
  });
});
