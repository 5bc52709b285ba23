import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepEnd } from '../../runners/engine/engine.ts';
import { begin, type EngineBench, HANG, HANG_DEAF, MEGABYTES, withContainer } from './engine-bench.ts';
import { runStep } from './engine-steps-contract.ts';

/** What the port promises of a container and its steps, over every adapter. */
export function engineContainerContract(name: string, openBench: () => Promise<EngineBench>): void {
  describe(`${name}: a container`, () => {
    let bench: EngineBench;
    beforeAll(async () => {
      bench = await openBench();
    });
    afterAll(() => bench.close());

    it('runs the steps of a job one after another', async () => {
      await withContainer(bench, async (container) => {
        expect(await runStep(container, { script: 'echo hello' })).toMatchObject({
          end: { type: 'exited', code: 0 },
          text: 'hello\n',
        });
        expect((await runStep(container, { script: 'exit 3' })).end).toEqual({ type: 'exited', code: 3 });
        expect((await runStep(container, { script: 'echo again' })).text).toBe('again\n');
      });
    });

    it('ends a hanging step with TERM, and runs the next', async () => {
      await withContainer(bench, async (container) => {
        const { end } = await begin(container, HANG);
        await container.interrupt('TERM');
        expect(await end).toEqual({ type: 'exited', code: 143 });
        expect((await runStep(container, { script: 'exit 4' })).end).toEqual({ type: 'exited', code: 4 });
      });
    });

    it('ends a step that is deaf to TERM with KILL, and runs the next', async () => {
      await withContainer(bench, async (container) => {
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
      await withContainer(bench, async (container) => {
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
      await withContainer(bench, async (container) => {
        await container.interrupt('TERM');
        await container.interrupt('KILL');
        expect((await runStep(container, { script: 'exit 4' })).end).toEqual({ type: 'exited', code: 4 });
      });
    });

    it('hands out the next chunk of output when the last one was taken', async () => {
      await withContainer(bench, async (container) => {
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
      await withContainer(bench, async (container) => {
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
      await withContainer(bench, async (container) => {
        const { end } = await begin(container, HANG);
        await expect(runStep(container, { script: 'exit 1' })).rejects.toThrow('already running');
        await container.interrupt('KILL');
        expect(await end).toMatchObject({ code: 137 });
      });
    });

    it('refuses a step that no process can be given', async () => {
      await withContainer(bench, async (container) => {
        const invalid = runStep(container, { env: { 'NOT-A-NAME': 'x' } });
        await expect(invalid).rejects.toMatchObject({
          code: 'step-invalid',
          message: expect.stringContaining('NOT-A-NAME'),
        });
      });
    });

    it('ends the running step at once when its container is closed, and every later one', async () => {
      await withContainer(bench, async (container) => {
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
      await withContainer(bench, async (container) => {
        expect((await runStep(container, { script: 'echo hello' })).text).toBe('hello\n');
        await Promise.all([container.stop(), container.stop()]);
        expect((await runStep(container, { script: 'exit 0' })).end).toMatchObject({ type: 'died' });
        await container.close();
        await container.stop();
      });
    });

    it('ends the running step at once when its container is stopped', async () => {
      await withContainer(bench, async (container) => {
        const { end } = await begin(container, HANG_DEAF);
        const stopped = container.stop();
        expect(await end).toMatchObject({ type: 'died', reason: 'killed' });
        await stopped;
      });
    });
  });
}
