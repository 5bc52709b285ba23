import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createProcessEngine } from '../../../../runners/engine/process/process-engine.ts';

/** A runner for `process-sweep.test.ts` to kill in the middle of a step: it says on its output when the step has begun. */
const [directory = '', owner = '', roomId = ''] = process.argv.slice(2);
const signal = new AbortController().signal;
const engine = createProcessEngine({ directory, path: '/usr/bin:/bin' });
const container = await engine.open(
  {
    ...{ owner, roomId, image: 'any', workspacePath: '/workspace', network: 'host' },
    workspaceDir: mkdtempSync(join(directory, '..', 'workspace-')),
    ...{ memoryBytes: 1, cpus: 1, pids: 1 },
  },
  { signal },
);
await container.run(
  {
    script: `trap '' TERM HUP; env -i setsid sleep 300 & setsid sleep 301 & echo begun; sleep 302`,
    shell: 'sh',
    env: {},
    workingDirectory: '.',
  },
  { output: (chunk) => void process.stdout.write(chunk) },
);
