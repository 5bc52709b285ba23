import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractSpec, type EngineBench } from './engine-bench.ts';
import { runStep } from './engine-steps-contract.ts';

/** What the port promises of images and networks, over every adapter that has them. */
export function engineIsolationContract(name: string, openBench: () => Promise<EngineBench>): void {
  describe(`${name}: images and networks`, () => {
    let bench: EngineBench;
    const never = new AbortController().signal;
    beforeAll(async () => {
      bench = await openBench();
    });
    afterAll(() => bench.close());

    it('finds an image by its name or id when it is there, and looks nowhere else', async () => {
      const { id } = await bench.engine.prepareImage(bench.image, { signal: never });
      for (const name of [bench.image, id]) {
        expect(await bench.engine.findImage(name, { signal: never })).toMatchObject({ id });
      }
      expect(await bench.engine.findImage(bench.missingImage, { signal: never })).toBeUndefined();
    });

    it('refuses an image that cannot be had, and names it', async () => {
      const missing = bench.engine.prepareImage(bench.missingImage, { signal: never });
      await expect(missing).rejects.toMatchObject({
        // Nobody answers for it, or who does has never heard of it.
        code: expect.stringMatching(/^image-(pull-failed|unavailable)$/),
        message: expect.stringContaining(bench.missingImage),
      });
    });

    it('opens a network for containers, and sweeps it with the room it was made for', async () => {
      const whole = contractSpec(bench);
      const { owner, roomId } = whole;
      const network = await bench.engine.openNetwork({ owner, roomId }, { signal: never });
      const lost = await bench.engine.openNetwork({ owner, roomId: randomUUID() }, { signal: never });
      const container = await bench.engine.open({ ...whole, network: network.name }, { signal: never });
      expect((await runStep(container, { script: 'exit 4' })).end).toMatchObject({ code: 4 });
      expect(await bench.engine.sweep(owner, new Set([roomId]))).toHaveLength(1);
      await lost.close();
      await container.close();
      await network.close();
      await network.close();
      expect(await bench.countLeft(owner)).toBe(0);
    });
  });
}
