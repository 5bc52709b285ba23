import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { createDockerEngine } from '../../runners/engine/docker/docker-engine.ts';
import type { EngineBench } from '../contracts/engine-bench.ts';
import { engineContainerContract } from '../contracts/engine-container-contract.ts';
import { engineContract } from '../contracts/engine-contract.ts';
import { engineIsolationContract } from '../contracts/engine-isolation-contract.ts';
import { stepsContract } from '../contracts/engine-steps-contract.ts';
import { waitUntil } from '../support/wait-until.ts';
import { openDockerBench } from './docker-bench.ts';

const bench = openDockerBench();
const { engine, docker, image, owner, folder, spec, countLeft } = bench;
afterAll(() => bench.close());
const never = new AbortController().signal;

async function openBench(): Promise<EngineBench> {
  const engine = createDockerEngine({ dockerHost: bench.dockerHost });
  return { ...bench, engine, missingImage: '127.0.0.1:9/nobody/has-it:1', close: () => engine.close() };
}

engineContract('docker', openBench);
engineContainerContract('docker', openBench);
engineIsolationContract('docker', openBench);

stepsContract('docker', async () => {
  const container = await engine.open(spec(), { signal: never });
  return { run: container.run, workspacePath: '/workspace', close: container.close };
});

describe('the Docker engine refuses', () => {
  it('to go on where nobody answers, naming the address and the remedy', async () => {
    const address = `unix://${join(folder, 'nobody.sock')}`;
    const deaf = createDockerEngine({ dockerHost: address });
    const refused = { code: 'engine-unreachable', message: expect.stringContaining(address) };
    await expect(deaf.check(never)).rejects.toMatchObject(refused);
    await expect(deaf.prepareImage(image, { signal: never })).rejects.toMatchObject(refused);
    await expect(deaf.open(spec(), { signal: never })).rejects.toMatchObject(refused);
    await expect(deaf.sweep(owner, new Set())).rejects.toMatchObject(refused);
    await deaf.close();
  });

  it('an image without a shell, one that is gone, and a workspace that the engine does not see', async () => {
    const tag = `hookline-empty-${randomUUID()}`;
    await docker
      .importImage(Readable.from([Buffer.alloc(1024)]), { repo: tag })
      .then((said) => said.resume());
    await waitUntil(async () => (await docker.listImages({ filters: { reference: [tag] } })).length > 0, {
      what: 'the empty image',
      timeoutMs: 10_000,
    });
    try {
      const { id } = await engine.prepareImage(tag, { signal: never });
      await expect(engine.open(spec({ image: id }), { signal: never })).rejects.toMatchObject({
        code: 'container-refused',
        message: expect.stringContaining('/bin/sh'),
      });
    } finally {
      await docker.getImage(tag).remove();
    }
    await expect(engine.open(spec({ image: tag }), { signal: never })).rejects.toMatchObject({
      code: 'image-unavailable',
    });
    const workspaceDir = join(folder, 'nowhere');
    const unseen = engine.open(spec({ workspaceDir }), { signal: never });
    await expect(unseen).rejects.toMatchObject({ code: 'container-refused' });
    await expect(unseen).rejects.not.toMatchObject({ message: expect.stringContaining(workspaceDir) });
    expect(await countLeft(owner)).toBe(0);
  });
});
