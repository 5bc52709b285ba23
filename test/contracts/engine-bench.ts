import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { ContainerSpec, Engine, JobContainer } from '../../runners/engine/engine.ts';
import type { FakeRule } from '../../runners/engine/fake/fake-behaviour.ts';

export type EngineBench = {
  engine: Engine;
  image: string;
  missingImage: string;
  /** What containers are on; default: none. */
  network?: string;
  newWorkspace(): string;
  /** How many containers and networks of this owner there are, running or not, asked without the engine. */
  countLeft(owner: string): Promise<number>;
  close(): Promise<void>;
};

export const HANG = 'echo begun; sleep 300';
export const HANG_DEAF = "trap '' TERM; echo begun; sleep 300";
export const MEGABYTES = 'head -c 3000000 /dev/zero';

/** What the scripts of these suites do where there is no shell to do it. */
export const CONTRACT_RULES: FakeRule[] = [
  { when: /^exit \d+$/, does: ({ script }) => ({ exitCode: Number(script.slice(5)) }) },
  { when: /^echo \w+$/, does: ({ script }) => ({ output: [`${script.slice(5)}\n`] }) },
  { when: HANG, does: { output: ['begun\n'], hang: true } },
  { when: HANG_DEAF, does: { output: ['begun\n'], hang: true, ignoreTerm: true } },
  { when: MEGABYTES, does: { output: Array.from({ length: 30 }, () => new Uint8Array(100_000)) } },
];

export function contractSpec(bench: EngineBench, over: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    owner: `contract-${randomUUID()}`,
    roomId: `room-${randomUUID()}`,
    image: bench.image,
    workspaceDir: bench.newWorkspace(),
    workspacePath: '/workspace',
    memoryBytes: 256 * 2 ** 20,
    cpus: 1,
    pids: 128,
    network: bench.network ?? 'none',
    ...over,
  };
}

/** Opens a container for `use`, and nothing is left of it afterwards. */
export async function withContainer(bench: EngineBench, use: (container: JobContainer) => Promise<void>) {
  const spec = contractSpec(bench);
  const container = await bench.engine.open(spec, { signal: new AbortController().signal });
  try {
    await use(container);
  } finally {
    await container.close();
  }
  expect(await bench.countLeft(spec.owner)).toBe(0);
}

/** A step that has printed its first line; how it ends is in `end`. */
export async function begin(container: JobContainer, script: string, signal?: AbortSignal) {
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const end = container.run(
    { script, shell: 'sh', env: {}, workingDirectory: '.' },
    { output: () => resolve(), ...(signal && { signal }) },
  );
  await Promise.race([begun, end]);
  return { end };
}
