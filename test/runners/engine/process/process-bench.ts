import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markedProcesses } from '../../../../runners/engine/process/marked-processes.ts';
import { createProcessEngine } from '../../../../runners/engine/process/process-engine.ts';
import { ownerMark } from '../../../../runners/engine/process/process-mark.ts';
import { hostPath } from '../../../../runners/engine/process/step-command.ts';
import type { EngineBench } from '../../../contracts/engine-bench.ts';

/** A process engine with everything it has in a folder of its own. */
export function openProcessBench(folder = mkdtempSync(join(tmpdir(), 'hookline-process-'))) {
  const root = realpathSync(folder);
  const directory = join(root, 'processes');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const engine = createProcessEngine({ directory, path: hostPath(process.env['PATH']) });
  return {
    engine,
    directory,
    image: 'node:24',
    missingImage: 'is-not-looked-at:1',
    network: 'host',
    newWorkspace: () => mkdtempSync(join(root, 'workspace-')),
    countLeft: async (owner: string) =>
      new Set(
        [...readdirSync(directory), ...markedProcesses().map(({ mark }) => mark)].filter((mark) =>
          mark.startsWith(ownerMark(owner)),
        ),
      ).size,
    async close() {
      await engine.close();
      rmSync(root, { recursive: true, force: true });
    },
  } satisfies EngineBench & Record<string, unknown>;
}
