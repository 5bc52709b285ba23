import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerSpec, Engine, JobContainer, StepEnd } from '../../runners/engine/engine.ts';
import type { FakeRule } from '../../runners/engine/fake/fake-behaviour.ts';
import { runStep } from './engine-steps-contract.ts';

export type EngineBench = {
  engine: Engine;
  image: string;
  missingImage: string;
  newWorkspace(): string;
  /** How many containers of this owner there are, running or not, asked without the engine. */
  countLeft(owner: string): Promise<number>;
  close(): Promise<void>;
};

const HANG = 'echo begun; sleep 300';
const HANG_DEAF = "trap '' TERM; echo begun; sleep 300";
const MEGABYTES = 'head -c 3000000 /dev/zero';

/** What the scripts of this suite do where there is no shell to do it. */
export const CONTRACT_RULES: FakeRule[] = [
  { when: /^exit \d+$/, does: ({ script }) => ({ exitCode: Number(script.slice(5)) }) },
  { when: /^echo \w+$/, does: ({ script }) => ({ output: [`${script.slice(5)}\n`] }) },
  { when: HANG, does: { output: ['begun\n'], hang: true } },
  { when: HANG_DEAF, does: { output: ['begun\n'], hang: true, ignoreTerm: true } },
  { when: MEGABYTES, does: { output: Array.from({ length: 30 }, () => new Uint8Array(100_000)) } },
];

/** The port's promises, over every adapter. */
export function engineContract(name: string, openBench: () => Promise<EngineBench>): void {
  describe(`${name}: the engine`, () => {
    let bench: EngineBench;
    const never = new AbortController().signal;
    beforeAll(async () => {
      bench = await openBench();
    });
    afterAll(() => bench.close());

    function spec(over: Partial<ContainerSpec> = {}): ContainerSpec {
      return {
        owner: `contract-${randomUUID()}`,
        leaseId: `lease-${randomUUID()}`,
        runId: 'acme/shop#7',
        jobId: 'build',
        image: bench.image,
        workspaceDir: bench.newWorkspace(),
        workspacePath: '/workspace',
        env: {},
        memoryBytes: 256 * 2 ** 20,
        cpus: 1,
        pids: 128,
        network: 'none',
        ...over,
      };
    }

    async function withContainer(use: (container: JobContainer, spec: ContainerSpec) => Promise<void>) {
      const whole = spec();
      const container = await bench.engine.open(whole, { signal: never });
      try {
        await use(container, whole);
      } finally {
        await container.close();
      }
      expect(await bench.countLeft(whole.owner)).toBe(0);
    }

    /** A step that has printed its first line; how it ends is in `end`. */
    async function begin(container: JobContainer, script: string, signal?: AbortSignal) {
      const { promise: begun, resolve } = Promise.withResolvers<void>();
      const end = container.run(
        { script, shell: 'sh', env: {}, workingDirectory: '.' },
        { output: () => resolve(), ...(signal && { signal }) },
      );
      await Promise.race([begun, end]);
      return { end };
    }

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

    it('refuses an image that cannot be had, and names it', async () => {
      const missing = bench.engine.prepareImage(bench.missingImage, { signal: never });
      await expect(missing).rejects.toMatchObject({
        code: 'image-unavailable',
        message: expect.stringContaining(bench.missingImage),
      });
    });

    it('gives up what is aborted, with the signal’s reason', async () => {
      const reason = new Error('the job was cancelled');
      const signal = AbortSignal.abort(reason);
      await expect(bench.engine.check(signal)).rejects.toBe(reason);
      await expect(bench.engine.prepareImage(bench.image, { signal })).rejects.toBe(reason);
      const whole = spec();
      await expect(bench.engine.open(whole, { signal })).rejects.toBe(reason);
      expect(await bench.countLeft(whole.owner)).toBe(0);
    });

    it('leaves nothing of a container whose opening was aborted at any moment', async () => {
      const reason = new Error('the job was cancelled');
      const whole = spec();
      await Promise.all(
        [0, 5, 20, 60, 120].map(async (afterMs) => {
          const abort = new AbortController();
          const timer = setTimeout(() => abort.abort(reason), afterMs);
          try {
            const container = await bench.engine.open(
              { ...whole, leaseId: randomUUID() },
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

    it('runs the steps of a job one after another', async () => {
      await withContainer(async (container) => {
        expect(await runStep(container, { script: 'echo hello' })).toMatchObject({
          end: { type: 'exited', code: 0 },
          text: 'hello\n',
        });
        expect((await runStep(container, { script: 'exit 3' })).end).toEqual({ type: 'exited', code: 3 });
        expect((await runStep(container, { script: 'echo again' })).text).toBe('again\n');
      });
    });

    it('ends a hanging step with TERM, and runs the next', async () => {
      await withContainer(async (container) => {
        const { end } = await begin(container, HANG);
        await container.interrupt('TERM');
        expect(await end).toEqual({ type: 'exited', code: 143 });
        expect((await runStep(container, { script: 'exit 4' })).end).toEqual({ type: 'exited', code: 4 });
      });
    });

    it('ends a step that is deaf to TERM with KILL, and runs the next', async () => {
      await withContainer(async (container) => {
        const { end } = await begin(container, HANG_DEAF);
        await container.interrupt('TERM');
        const settled = await Promise.race([
          end,
          new Promise<'going on'>((r) => setImmediate(r, 'going on')),
        ]);
        expect(settled).toBe('going on');
        await container.interrupt('KILL');
        expect(await end).toEqual({ type: 'exited', code: 137 });
        expect((await runStep(container, { script: 'exit 4' })).end).toEqual({ type: 'exited', code: 4 });
      });
    });

    it('kills a step whose signal is aborted, and starts none whose signal was', async () => {
      await withContainer(async (container) => {
        const abort = new AbortController();
        const { end } = await begin(container, HANG, abort.signal);
        const reason = new Error('the step took too long');
        abort.abort(reason);
        expect(await end).toEqual({ type: 'exited', code: 137 });
        const refused = container.run(
          { script: HANG, shell: 'sh', env: {}, workingDirectory: '.' },
          { output: () => {}, signal: abort.signal },
        );
        await expect(refused).rejects.toBe(reason);
        expect((await runStep(container, { script: 'exit 4' })).end).toEqual({ type: 'exited', code: 4 });
      });
    });

    it('has nothing to interrupt between steps', async () => {
      await withContainer(async (container) => {
        await container.interrupt('TERM');
        await container.interrupt('KILL');
        expect((await runStep(container, { script: 'exit 4' })).end).toEqual({ type: 'exited', code: 4 });
      });
    });

    it('hands out the next chunk of output when the last one was taken', async () => {
      await withContainer(async (container) => {
        let taking = 0;
        let most = 0;
        let sizeBytes = 0;
        const end = await container.run(
          { script: MEGABYTES, shell: 'sh', env: {}, workingDirectory: '.' },
          {
            output: async (chunk) => {
              taking += 1;
              most = Math.max(most, taking);
              await new Promise(setImmediate);
              sizeBytes += chunk.length;
              taking -= 1;
            },
          },
        );
        expect(end).toMatchObject({ code: 0 });
        expect({ most, sizeBytes }).toEqual({ most: 1, sizeBytes: 3_000_000 });
      });
    });

    it('kills the step whose output cannot be taken, says why, and runs the next', async () => {
      await withContainer(async (container) => {
        const full = new Error('the disk is full');
        for (const output of [
          () => {
            throw full;
          },
          () => Promise.reject(full),
        ]) {
          const run = container.run(
            { script: HANG, shell: 'sh', env: {}, workingDirectory: '.' },
            { output },
          );
          await expect(run).rejects.toBe(full);
        }
        expect((await runStep(container, { script: 'exit 4' })).end).toEqual({ type: 'exited', code: 4 });
      });
    });

    it('runs one step at a time in a container', async () => {
      await withContainer(async (container) => {
        const { end } = await begin(container, HANG);
        await expect(runStep(container, { script: 'exit 1' })).rejects.toThrow('already running');
        await container.interrupt('KILL');
        expect(await end).toMatchObject({ code: 137 });
      });
    });

    it('refuses a step that no process can be given', async () => {
      await withContainer(async (container) => {
        const invalid = runStep(container, { env: { 'NOT-A-NAME': 'x' } });
        await expect(invalid).rejects.toMatchObject({
          code: 'step-invalid',
          message: expect.stringContaining('NOT-A-NAME'),
        });
      });
    });

    it('ends the running step at once when its container is closed, and every later one', async () => {
      await withContainer(async (container) => {
        const { end } = await begin(container, HANG_DEAF);
        const closed = container.close();
        const gone: StepEnd = { type: 'died', reason: 'killed', message: 'the container was closed' };
        expect(await end).toEqual(gone);
        await Promise.all([closed, container.close()]);
        expect((await runStep(container, { script: 'exit 0' })).end).toEqual(gone);
        await container.interrupt('KILL');
      });
    });

    it('has nothing running any more once it was stopped, and runs no further step', async () => {
      await withContainer(async (container) => {
        expect((await runStep(container, { script: 'echo hello' })).text).toBe('hello\n');
        await Promise.all([container.stop(), container.stop()]);
        expect((await runStep(container, { script: 'exit 0' })).end).toMatchObject({ type: 'died' });
        await container.close();
        await container.stop();
      });
    });

    it('ends the running step at once when its container is stopped', async () => {
      await withContainer(async (container) => {
        const { end } = await begin(container, HANG_DEAF);
        const stopped = container.stop();
        expect(await end).toMatchObject({ type: 'died', reason: 'killed' });
        await stopped;
      });
    });

    it('sweeps the containers of this owner whose leases are not kept', async () => {
      const kept = spec();
      const lost = { ...spec(), owner: kept.owner };
      const foreign = spec();
      const containers = await Promise.all(
        [kept, lost, foreign].map((each) => bench.engine.open(each, { signal: never })),
      );
      const [keptContainer, lostContainer, foreignContainer] = containers;
      try {
        if (!keptContainer || !lostContainer || !foreignContainer) throw new Error('not all were opened');
        const { end } = await begin(lostContainer, HANG);
        const removed = await bench.engine.sweep(kept.owner, new Set([kept.leaseId]));
        expect(removed).toHaveLength(1);
        expect(await end).toMatchObject({ type: 'died', reason: 'killed' });
        expect((await runStep(keptContainer, { script: 'exit 4' })).end).toMatchObject({ code: 4 });
        expect((await runStep(foreignContainer, { script: 'exit 5' })).end).toMatchObject({ code: 5 });
        expect(await bench.countLeft(kept.owner)).toBe(1);
        expect(await bench.engine.sweep(kept.owner, new Set([kept.leaseId]))).toEqual([]);
        expect(await bench.engine.sweep(kept.owner, new Set())).toHaveLength(1);
      } finally {
        await Promise.all(containers.map((container) => container.close()));
      }
      expect(await bench.countLeft(kept.owner)).toBe(0);
      expect(await bench.countLeft(foreign.owner)).toBe(0);
    });

    it('closes what is still open when it is closed, more than once', async () => {
      const whole = spec();
      const container = await bench.engine.open(whole, { signal: never });
      const { end } = await begin(container, HANG);
      await bench.engine.close();
      expect(await end).toMatchObject({ type: 'died', reason: 'killed' });
      expect(await bench.countLeft(whole.owner)).toBe(0);
      await bench.engine.close();
    });
  });
}
