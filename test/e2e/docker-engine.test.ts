import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDockerEngine } from '../../runners/engine/docker/docker-engine.ts';
import type { ContainerSpec, Engine, JobContainer } from '../../runners/engine/engine.ts';
import { engineContract } from '../contracts/engine-contract.ts';
import { runStep, stepsContract } from '../contracts/engine-steps-contract.ts';
import { dockerClient } from '../support/docker-client.ts';
import { type DockerEngine, startDockerEngine } from '../support/docker-engine.ts';
import { ensureJobImage } from '../support/job-image.ts';
import { waitUntil } from '../support/wait-until.ts';

const folder = mkdtempSync(join(tmpdir(), 'hookline-engine-'));
const owner = `tests-${randomUUID()}`;
let dockerd: DockerEngine;
let docker: Docker;
let image: string;
let engine: Engine;

beforeAll(async () => {
  dockerd = await startDockerEngine({ directory: folder });
  docker = dockerClient(dockerd.dockerHost);
  image = await ensureJobImage(dockerd.dockerHost);
  engine = createDockerEngine({ dockerHost: dockerd.dockerHost });
});
afterAll(async () => {
  await engine?.close();
  await dockerd?.close();
  rmSync(folder, { recursive: true, force: true });
});

const newWorkspace = () => mkdtempSync(join(folder, 'workspace-'));
const never = new AbortController().signal;

function spec(over: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    owner,
    leaseId: randomUUID(),
    runId: 'acme/shop#7',
    jobId: 'build',
    image,
    workspaceDir: newWorkspace(),
    workspacePath: '/workspace',
    env: {},
    memoryBytes: 256 * 2 ** 20,
    cpus: 2,
    pids: 100,
    network: 'none',
    ...over,
  };
}

async function countLeft(label: string): Promise<number> {
  const filters = { label: [`hookline.owner=${label}`] };
  return (await docker.listContainers({ all: true, filters })).length;
}

engineContract('docker', async () => ({
  engine: createDockerEngine({ dockerHost: dockerd.dockerHost }),
  image,
  missingImage: '127.0.0.1:9/nobody/has-it:1',
  newWorkspace,
  countLeft,
  close: async () => {},
}));

stepsContract('docker', async (env) => {
  const container = await engine.open(spec({ env }), { signal: never });
  return { run: container.run, workspacePath: '/workspace', close: container.close };
});

/** Opens connections to an engine as `DOCKER_HOST` names it. */
function connect(dockerHost: string): () => Socket {
  if (dockerHost.startsWith('unix://')) return () => createConnection(dockerHost.slice('unix://'.length));
  const { hostname, port } = new URL(dockerHost);
  return () => createConnection(Number(port), hostname);
}

describe('a job’s container', () => {
  const opened: JobContainer[] = [];
  const open = async (over: Partial<ContainerSpec> = {}) => {
    const container = await engine.open(spec(over), { signal: never });
    opened.push(container);
    return container;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((container) => container.close()));
    expect(await countLeft(owner)).toBe(0);
  });

  it('goes on when a step kills everything it can reach', async () => {
    const container = await open();
    for (const [script, code] of [
      ['kill -9 -1; exit 5', 5],
      ['kill -9 1; kill -TERM 1; kill -INT 1; exit 6', 6],
      ['kill -9 0', 137],
      ['kill -TERM 0', 143],
    ] as const) {
      expect((await runStep(container, { script })).end, script).toEqual({ type: 'exited', code });
    }
    expect((await runStep(container, { script: 'echo still here' })).text).toBe('still here\n');
  });

  it('reaps what steps leave behind', async () => {
    const container = await open();
    await runStep(container, { script: 'for i in 1 2 3 4 5 6 7 8 9; do (sleep 0.01 &) ; done' });
    const script = 'sleep 0.1; grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null | wc -l';
    expect((await runStep(container, { script })).text.trim()).toBe('0');
  });

  it('has no process left that could change the workspace once it was stopped', async () => {
    const workspaceDir = newWorkspace();
    const container = await open({ workspaceDir });
    const script = '(trap "" TERM HUP; while :; do echo more; done >grows) & until [ -s grows ]; do :; done';
    expect((await runStep(container, { script })).end).toMatchObject({ code: 0 });
    await container.stop();
    const { size } = statSync(join(workspaceDir, 'grows'));
    await container.close();
    expect(statSync(join(workspaceDir, 'grows')).size).toBe(size);
  });

  it('outlives a fork bomb within its process limit', async () => {
    const container = await open({ pids: 50 });
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const bomb = container.run(
      {
        script: 'bomb() { bomb | bomb & }; echo begun; bomb; sleep 300',
        shell: 'bash',
        env: {},
        workingDirectory: '.',
      },
      { output: () => resolve() },
    );
    await begun;
    await container.interrupt('KILL');
    const end = await bomb;
    // With no process to spare the engine cannot send the signal from inside and ends the container instead.
    expect(end.type === 'died' ? end.reason : end).toEqual(
      end.type === 'died' ? 'killed' : { type: 'exited', code: 137 },
    );
  });

  it('says that the memory limit was reached, and runs further steps', async () => {
    const container = await open({ memoryBytes: 64 * 2 ** 20 });
    const { end } = await runStep(container, { script: 'node -e "Buffer.alloc(2e8, 1)"' });
    expect(end).toMatchObject({ type: 'exited', code: 137, oom: expect.stringContaining('64 MiB') });
    expect((await runStep(container, { script: 'exit 3' })).end).toEqual({ type: 'exited', code: 3 });
    expect((await runStep(container, { script: 'kill -9 $$' })).end).toEqual({ type: 'exited', code: 137 });
  });

  it('killed or removed from outside says so', async () => {
    for (const end of [
      (id: string) => docker.getContainer(id).kill(),
      (id: string) => docker.getContainer(id).remove({ force: true }),
    ]) {
      const container = await open();
      const { promise: begun, resolve } = Promise.withResolvers<void>();
      const run = container.run(
        { script: 'echo begun; sleep 300', shell: 'sh', env: {}, workingDirectory: '.' },
        { output: () => resolve() },
      );
      await begun;
      await end(container.id);
      expect(await run).toMatchObject({
        type: 'died',
        reason: 'killed',
        message: expect.stringContaining('from outside'),
      });
    }
  });

  it('is hardened, and shows no variable to whoever may look at containers', async () => {
    const workspaceDir = newWorkspace();
    chmodSync(workspaceDir, 0o777);
    const container = await open({ env: { JOB_SECRET: 'open-sesame' }, user: '1234:1234', workspaceDir });
    const script =
      'id -u; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status; ls -A /tmp; touch /tmp/x && echo writable';
    const { text } = await runStep(container, { script, env: { STEP_SECRET: 'open-sesame' } });
    expect(text.replaceAll(/\s+/g, ' ')).toBe('1234 CapEff: 0000000000000000 NoNewPrivs: 1 writable ');
    const seen = await docker.getContainer(container.id).inspect();
    expect(JSON.stringify(seen)).not.toContain('open-sesame');
    expect(seen.HostConfig).toMatchObject({
      CapDrop: ['ALL'],
      Privileged: false,
      PidsLimit: 100,
      Memory: 256 * 2 ** 20,
      MemorySwap: 256 * 2 ** 20,
      NetworkMode: 'none',
    });
    expect(seen.Mounts.map(({ Destination }) => Destination)).toEqual(['/workspace']);
  });

  it('shares its workspace, and nothing else, with this machine', async () => {
    const whole = spec();
    const container = await engine.open(whole, { signal: never });
    opened.push(container);
    await runStep(container, { script: 'mkdir out && echo built >out/app' });
    expect(statSync(join(whole.workspaceDir, 'out/app')).size).toBe(6);
    await runStep(container, { script: 'echo x >/outside', workingDirectory: '/' });
    expect(existsSync('/outside')).toBe(false);
  });

  it('may be slow to read and quick to write: a million lines arrive whole and in order', async () => {
    const container = await open();
    let lines = 0;
    let sum = 0;
    let rest = '';
    const end = await container.run(
      { script: 'seq 1 1000000', shell: 'sh', env: {}, workingDirectory: '.' },
      {
        output: (chunk) => {
          const parts = (rest + Buffer.from(chunk).toString()).split('\n');
          rest = parts.pop() ?? '';
          for (const part of parts) {
            lines += 1;
            if (Number(part) === lines) sum += 1;
          }
        },
      },
    );
    expect({ end, lines, sum, rest }).toEqual({
      end: { type: 'exited', code: 0 },
      lines: 1_000_000,
      sum: 1_000_000,
      rest: '',
    });
  });

  it('is given up as lost when the engine breaks off in the middle of a step', async () => {
    const through = connect(dockerd.dockerHost);
    const connections = new Set<Socket>();
    const proxy = createServer((near) => {
      const far = through();
      for (const side of [near, far]) {
        connections.add(side);
        side.on('error', () => {});
      }
      near.pipe(far).pipe(near);
    });
    const socketPath = join(folder, 'proxy.sock');
    await new Promise<void>((resolve) => proxy.listen(socketPath, resolve));
    const proxied = createDockerEngine({ dockerHost: `unix://${socketPath}` });
    const whole = spec();
    const container = await proxied.open(whole, { signal: never });
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const run = container.run(
      { script: 'echo begun; sleep 300', shell: 'sh', env: {}, workingDirectory: '.' },
      { output: () => resolve() },
    );
    await begun;
    const stopped = new Promise((done) => proxy.close(done));
    for (const side of connections) side.destroy();
    await stopped;
    expect(await run).toMatchObject({ type: 'died', reason: 'lost' });
    await expect(container.close()).rejects.toMatchObject({ code: 'engine-unreachable' });
    expect(await engine.sweep(owner, new Set())).toHaveLength(1);
  });

  it('whose runner was killed ends by itself after its step', async () => {
    const orphanOwner = `orphan-${randomUUID()}`;
    const module = fileURLToPath(new URL('../../runners/engine/docker/docker-engine.ts', import.meta.url));
    const program = `
      const { createDockerEngine } = await import(${JSON.stringify(module)});
      const engine = createDockerEngine({ dockerHost: ${JSON.stringify(dockerd.dockerHost)} });
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
