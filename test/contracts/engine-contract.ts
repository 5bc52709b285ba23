import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begin, contractSpec, type EngineBench, HANG } from './engine-bench.ts';
import { runStep } from './engine-steps-contract.ts';

/** What the port promises of the engine, over every adapter. */
export function engineContract(name: string, openBench: () => Promise<EngineBench>): void {
  describe(`${name}: the engine`, () => {
    let bench: EngineBench;
    const never = new AbortController().signal;
    beforeAll(async () => {
      bench = await openBench();
    });
    afterAll(() => bench.close());

    it('says its name and version', async () => {
      const said = await bench.engine.check(never);
      expect(said.name).not.toBe('');
      expect(said.version).toMatch(/\d/);
    });

    it('prepares an image that is there, again and at once for many', async () => {
      const prepare = () => bench.engine.prepareImage(bench.image, { signal: never });
      const [first, ...others] = await Promise.all([prepare(), prepare(), prepare()]);
      for (const other of [...others, await prepare()]) expect(other).toEqual(first);
      expect(first.id).not.toBe('');
    });

    it('gives up what is aborted, with the signal’s reason', async () => {
      const reason = new Error('the job was cancelled');
      const signal = AbortSignal.abort(reason);
      await expect(bench.engine.check(signal)).rejects.toBe(reason);
      await expect(bench.engine.prepareImage(bench.image, { signal })).rejects.toBe(reason);
      const whole = contractSpec(bench);
      await expect(bench.engine.open(whole, { signal })).rejects.toBe(reason);
      expect(await bench.countLeft(whole.owner)).toBe(0);
    });

    it('leaves nothing of a container whose opening was aborted at any moment', async () => {
      const reason = new Error('the job was cancelled');
      const whole = contractSpec(bench);
      await Promise.all(
        [0, 5, 20, 60, 120].map(async (afterMs) => {
          const abort = new AbortController();
          const timer = setTimeout(() => abort.abort(reason), afterMs);
          try {
            const container = await bench.engine.open(
              { ...whole, roomId: randomUUID() },
              { signal: abort.signal },
            );
            await container.close();
          } catch (error) {
            expect(error).toBe(reason);
          } finally {
            clearTimeout(timer);
          }
        }),
      );
      expect(await bench.countLeft(whole.owner)).toBe(0);
    });

    it('sweeps the containers of this owner whose leases are not kept', async () => {
      const kept = contractSpec(bench);
      const lost = { ...contractSpec(bench), owner: kept.owner };
      const foreign = contractSpec(bench);
      const containers = await Promise.all(
        [kept, lost, foreign].map((each) => bench.engine.open(each, { signal: never })),
      );
      const [keptContainer, lostContainer, foreignContainer] = containers;
      try {
        if (!keptContainer || !lostContainer || !foreignContainer) throw new Error('not all were opened');
        const { end } = await begin(lostContainer, HANG);
        const removed = await bench.engine.sweep(kept.owner, new Set([kept.roomId]));
        expect(removed).toHaveLength(1);
        expect(await end).toMatchObject({ type: 'died', reason: 'killed' });
        expect((await runStep(keptContainer, { script: 'exit 4' })).end).toMatchObject({ code: 4 });
        expect((await runStep(foreignContainer, { script: 'exit 5' })).end).toMatchObject({ code: 5 });
        expect(await bench.countLeft(kept.owner)).toBe(1);
        expect(await bench.engine.sweep(kept.owner, new Set([kept.roomId]))).toEqual([]);
        expect(await bench.engine.sweep(kept.owner, new Set())).toHaveLength(1);
      } finally {
        await Promise.all(containers.map((container) => container.close()));
      }
      expect(await bench.countLeft(kept.owner)).toBe(0);
      expect(await bench.countLeft(foreign.owner)).toBe(0);
    });

    it('closes what is still open when it is closed, more than once', async () => {
      const whole = contractSpec(bench);
      const { owner, roomId } = whole;
      const { name } = await bench.engine.openNetwork({ owner, roomId }, { signal: never });
      const container = await bench.engine.open({ ...whole, network: name }, { signal: never });
      const { end } = await begin(container, HANG);
      await bench.engine.close();
      expect(await end).toMatchObject({ type: 'died', reason: 'killed' });
      expect(await bench.countLeft(whole.owner)).toBe(0);
      await bench.engine.close();
    });
  });
}
