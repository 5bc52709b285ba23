import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createDockerEngine } from '../../runners/engine/docker/docker-engine.ts';
import { begin, HANG } from '../contracts/engine-bench.ts';
import { engineProxy } from '../support/engine-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';
import { containersOf, openDockerBench } from './docker-bench.ts';

const bench = openDockerBench();
const { engine, docker, owner, folder, spec, countLeft } = bench;
afterAll(() => bench.close());
const never = new AbortController().signal;

describe('a job’s container', () => {
  const open = containersOf(bench);

  it('killed or removed from outside says so', async () => {
    for (const end of [
      (id: string) => docker.getContainer(id).kill(),
      (id: string) => docker.getContainer(id).remove({ force: true }),
    ]) {
      const container = await open();
      const { end: run } = await begin(container, HANG);
      await end(container.id);
      expect(await run).toMatchObject({
        type: 'died',
        reason: 'killed',
        message: expect.stringContaining('from outside'),
      });
    }
  });

  it('is given up as lost when the engine breaks off in the middle of a step', async () => {
    const proxy = engineProxy(join(folder, 'proxy.sock'), bench.dockerHost);
    onTestFinished(proxy.close);
    await proxy.up();
    const proxied = createDockerEngine({ dockerHost: proxy.dockerHost });
    const container = await proxied.open(spec(), { signal: never });
    const { end: run } = await begin(container, HANG);
    await proxy.down();
    expect(await run).toMatchObject({ type: 'died', reason: 'lost' });
    await expect(container.close()).rejects.toMatchObject({ code: 'engine-unreachable' });
    expect(await engine.sweep(owner, new Set())).toHaveLength(1);
  });

  it('whose runner was killed ends by itself after its step', async () => {
    const orphanOwner = `orphan-${randomUUID()}`;
    const module = fileURLToPath(new URL('../../runners/engine/docker/docker-engine.ts', import.meta.url));
    const program = `
      const { createDockerEngine } = await import(${JSON.stringify(module)});
      const engine = createDockerEngine({ dockerHost: ${JSON.stringify(bench.dockerHost)} });
      const container = await engine.open(${JSON.stringify(spec({ owner: orphanOwner }))}, { signal: new AbortController().signal });
      container.run({ script: 'echo begun; while [ ! -e go ]; do sleep 0.02; done', shell: 'sh', env: {}, workingDirectory: '.' },
        { output: () => console.log(container.id) });
    `;
    const runner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(runner, 'exit');
    const [line] = await Promise.race([once(runner.stdout, 'data'), exited]);
    runner.kill('SIGKILL');
    await exited;
    const orphan = docker.getContainer(String(line).trim());
    const { State, Mounts } = await orphan.inspect();
    expect(State.Running).toBe(true);
    writeFileSync(join(Mounts[0]?.Source ?? '', 'go'), '');
    await waitUntil(async () => !(await orphan.inspect()).State.Running, {
      what: 'the orphan to end',
      timeoutMs: 15_000,
    });
    expect(await engine.sweep(orphanOwner, new Set())).toHaveLength(1);
    expect(await countLeft(orphanOwner)).toBe(0);
  });
});
