import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { markedProcesses } from '../../../../runners/engine/process/marked-processes.ts';
import { markOf } from '../../../../runners/engine/process/process-mark.ts';
import { contractSpec } from '../../../contracts/engine-bench.ts';
import { runStep } from '../../../contracts/engine-steps-contract.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { openProcessBench } from './process-bench.ts';

const program = fileURLToPath(new URL('./killed-runner.ts', import.meta.url));
const bench = openProcessBench();
afterAll(() => bench.close());

describe('a runner without containers that was killed', () => {
  it('leaves steps that the next one ends, and nothing else', async () => {
    const [owner, roomId] = [randomUUID(), randomUUID()];
    const mark = markOf(owner, roomId);
    const sleeps = () => markedProcesses().filter((each) => each.mark === mark && each.name === 'sleep');
    const runner = spawn(process.execPath, [program, bench.directory, owner, roomId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(runner, 'exit');
    try {
      await waitUntil(async () => sleeps().length === 3, { what: 'the step', timeoutMs: 30_000 });
      runner.kill('SIGKILL');
      await ended;
      expect(sleeps()).toHaveLength(3);

      // Somebody else's, and a room of our own that is kept.
      const others = [contractSpec(bench), { ...contractSpec(bench), owner }];
      const open = (each: (typeof others)[number]) =>
        bench.engine.open(each, { signal: new AbortController().signal });
      const containers = await Promise.all(others.map(open));
      const kept = new Set(others.map((each) => each.roomId));
      expect(await bench.engine.sweep(owner, kept)).toEqual([mark]);
      expect(markedProcesses().filter((each) => each.mark === mark)).toEqual([]);
      expect(await bench.countLeft(owner)).toBe(1);
      for (const container of containers) {
        expect((await runStep(container, { script: 'exit 4' })).end).toMatchObject({ code: 4 });
        await container.close();
      }
      expect(await bench.engine.sweep(owner, new Set())).toEqual([]);
    } finally {
      runner.kill('SIGKILL');
      await bench.engine.sweep(owner, new Set());
    }
  });
});
