import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createDockerEngine } from '../../runners/engine/docker/docker-engine.ts';
import type { ServiceSpec } from '../../runners/engine/engine.ts';
import { engineServicesContract } from '../contracts/engine-services-contract.ts';
import { runStep } from '../contracts/engine-steps-contract.ts';
import { openDockerBench } from './docker-bench.ts';

const bench = openDockerBench();
const { engine, docker, image, owner, spec, countLeft } = bench;
afterAll(() => bench.close());
const never = new AbortController().signal;

engineServicesContract('docker', async () => {
  const engine = createDockerEngine({ dockerHost: bench.dockerHost });
  return { ...bench, engine, missingImage: '', close: () => engine.close() };
});

const greeter = (after = '') =>
  `${after}exec node -e 'require("http").createServer((_, res) => res.end(process.env.GREETING)).listen(8080)'`;
const ask = (host: string) =>
  `node -e 'fetch("http://${host}:8080", {signal: AbortSignal.timeout(3000)}).then((r) => r.text()).then(console.log, () => console.log("no way"))'`;

/** A room's network, with what is on it. */
async function openNetwork() {
  const roomId = randomUUID();
  const network = await engine.openNetwork({ owner, roomId }, { signal: never });
  const closers: (() => Promise<void>)[] = [network.close];
  const on = { owner, roomId, network: network.name };
  return {
    async serve(over: Partial<ServiceSpec>) {
      const limits = { memoryBytes: 256 * 2 ** 20, cpus: 1, pids: 100 };
      const given = { ...on, ...limits, name: 'web', image, env: { GREETING: 'hello' }, timeoutMs: 60_000 };
      const service = await engine.openService({ ...given, ...over }, { signal: never });
      closers.unshift(service.close);
    },
    async container() {
      const container = await engine.open(spec(on), { signal: never });
      closers.unshift(container.close);
      return container;
    },
    async close() {
      for (const close of closers) await close();
    },
  };
}

describe('a service beside a job', () => {
  it('is reached by its name when its port listens, from its own network and from no other', async () => {
    const [mine, other] = await Promise.all([openNetwork(), openNetwork()]);
    await mine.serve({ command: greeter('sleep 1; '), port: 8080 });
    const container = await mine.container();
    expect((await runStep(container, { script: ask('web') })).text).toBe('hello\n');
    const { text: address } = await runStep(container, { script: "getent hosts web | cut -d' ' -f1" });
    const stranger = await other.container();
    expect((await runStep(stranger, { script: ask('web') })).text).toBe('no way\n');
    expect((await runStep(stranger, { script: ask(address.trim()) })).text).toBe('no way\n');
    await Promise.all([mine.close(), other.close()]);
    expect(await countLeft(owner)).toBe(0);
  });

  it('is ready when its command succeeds, or when the health check of its image does', async () => {
    const network = await openNetwork();
    const healthy = await imageWith('HEALTHCHECK --interval=1s CMD test -e /tmp/up');
    const command = 'sleep 1; touch /tmp/up; sleep 300';
    try {
      const since = performance.now();
      await network.serve({ command, ready: 'test -e /tmp/up' });
      await network.serve({ name: 'checked', image: healthy, command });
      expect(performance.now() - since).toBeGreaterThan(2_000);
    } finally {
      await network.close();
      await docker.getImage(healthy).remove({ force: true });
    }
  });

  it('that is too slow is refused with what it printed last', async () => {
    const network = await openNetwork();
    const slow = { command: 'echo opening the box; sleep 300', port: 8080, timeoutMs: 1_000 };
    await expect(network.serve(slow)).rejects.toMatchObject({
      code: 'service-not-ready',
      message: 'the service web was not ready after 1 s. It printed:\nopening the box',
    });
    await network.close();
    expect(await countLeft(owner)).toBe(0);
  });
});

/** The image of the tests' jobs with one more line in its Dockerfile. */
async function imageWith(change: string): Promise<string> {
  const tag = `hookline-checked-${randomUUID()}`;
  const container = await docker.createContainer({ Image: image, Cmd: ['true'] });
  try {
    await container.commit({ repo: tag, changes: change });
  } finally {
    await container.remove();
  }
  return tag;
}
