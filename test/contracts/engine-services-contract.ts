import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceSpec } from '../../runners/engine/engine.ts';
import { contractSpec, type EngineBench } from './engine-bench.ts';

/** What the port promises of services, over every adapter. */
export function engineServicesContract(name: string, openBench: () => Promise<EngineBench>): void {
  describe(`${name}: a service`, () => {
    let bench: EngineBench;
    const never = new AbortController().signal;
    beforeAll(async () => {
      bench = await openBench();
    });
    afterAll(() => bench.close());

    const specOn = async (over: Partial<ServiceSpec>) => {
      const { owner, roomId, image, memoryBytes, cpus, pids } = contractSpec(bench);
      const network = await bench.engine.openNetwork({ owner, roomId }, { signal: never });
      const base = { name: 'db', owner, roomId, image, memoryBytes, cpus, pids, env: {}, timeoutMs: 30_000 };
      const spec: ServiceSpec = { ...base, network: network.name, command: 'sleep 300', ...over };
      return { spec, network };
    };

    it('is opened and closed, more than once', async () => {
      const { spec, network } = await specOn({});
      const service = await bench.engine.openService(spec, { signal: never });
      await service.close();
      await service.close();
      await network.close();
      expect(await bench.countLeft(spec.owner)).toBe(0);
    });

    it('that does not get ready is refused by name, and nothing of it is left', async () => {
      const { spec, network } = await specOn({
        name: 'deaf',
        command: 'echo "no disk" >&2; exit 3',
        ready: 'false',
      });
      await expect(bench.engine.openService(spec, { signal: never })).rejects.toMatchObject({
        code: 'service-not-ready',
        message: expect.stringMatching(/deaf ended with exit code 3.*no disk/s),
      });
      await network.close();
      expect(await bench.countLeft(spec.owner)).toBe(0);
    });

    it('that is given up rejects with the signal’s reason, and nothing of it is left', async () => {
      const { spec, network } = await specOn({ ready: 'false' });
      const reason = new Error('the job was cancelled');
      const opening = bench.engine.openService(spec, { signal: AbortSignal.abort(reason) });
      await expect(opening).rejects.toBe(reason);
      await network.close();
      expect(await bench.countLeft(spec.owner)).toBe(0);
    });

    it('is swept with its room, and closed with the engine', async () => {
      const swept = await specOn({});
      await bench.engine.openService(swept.spec, { signal: never });
      expect(await bench.engine.sweep(swept.spec.owner, new Set())).toHaveLength(2);
      expect(await bench.countLeft(swept.spec.owner)).toBe(0);
      const { spec } = await specOn({});
      await bench.engine.openService(spec, { signal: never });
      await bench.engine.close();
      expect(await bench.countLeft(spec.owner)).toBe(0);
    });
  });
}
