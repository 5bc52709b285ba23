import { afterAll } from 'vitest';
import { contractSpec } from '../../../contracts/engine-bench.ts';
import { engineContainerContract } from '../../../contracts/engine-container-contract.ts';
import { engineContract } from '../../../contracts/engine-contract.ts';
import { stepsContract } from '../../../contracts/engine-steps-contract.ts';
import { openProcessBench } from './process-bench.ts';

const never = new AbortController().signal;
const bench = openProcessBench();
afterAll(() => bench.close());

engineContract('process', async () => openProcessBench());
engineContainerContract('process', async () => openProcessBench());

stepsContract('process', async () => {
  const spec = contractSpec(bench);
  const container = await bench.engine.open(spec, { signal: never });
  return { run: container.run, workspacePath: spec.workspaceDir, close: container.close };
});
