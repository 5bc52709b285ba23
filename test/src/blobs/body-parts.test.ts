import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BodyPart, partsOf } from '../../../src/blobs/body-parts.ts';

async function gather(chunks: readonly Uint8Array[], partSizeBytes: number): Promise<BodyPart[]> {
  async function* body() {
    yield* chunks;
  }
  const parts: BodyPart[] = [];
  for await (const part of partsOf(body(), partSizeBytes)) parts.push(part);
  return parts;
}

describe('the parts of a body', () => {
  it('are all full but the last, come in order and make up the body, however it was cut', async () => {
    const chunk = fc.uint8Array({ maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.array(chunk), fc.integer({ min: 1, max: 17 }), async (chunks, size) => {
        const parts = await gather(chunks, size);
        expect(Buffer.concat(parts.map(({ bytes }) => bytes))).toEqual(Buffer.concat(chunks));
        expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index + 1));
        expect(parts.map(({ isLast }) => isLast)).toEqual(
          parts.map((_, index) => index === parts.length - 1),
        );
        for (const { bytes, isLast, number } of parts) {
          if (!isLast) expect(bytes).toHaveLength(size);
          if (number > 1) expect(bytes.length).toBeGreaterThan(0);
          expect(bytes.length).toBeLessThanOrEqual(size);
        }
      }),
    );
  });

  it('of a body without bytes are one empty part', async () => {
    expect(await gather([], 5)).toMatchObject([{ number: 1, isLast: true }]);
  });
});
