import { chmodSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runStep } from '../contracts/engine-steps-contract.ts';
import { containersOf, openDockerBench } from './docker-bench.ts';

const bench = openDockerBench();
const { docker, newWorkspace } = bench;
afterAll(() => bench.close());

describe('a job’s container', () => {
  const open = containersOf(bench);

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
    expect(end).toMatchObject({
      type: 'exited',
      code: 137,
      oom: expect.stringMatching(/limit of 64 MiB was reached \(at its peak it used 6[34] MiB\)/),
    });
    expect((await runStep(container, { script: 'exit 3' })).end).toEqual({ type: 'exited', code: 3 });
    expect((await runStep(container, { script: 'kill -9 $$' })).end).toEqual({ type: 'exited', code: 137 });
  });

  it('says what it used while it runs, and nothing once it was stopped', async () => {
    const container = await open();
    await runStep(container, { script: 'node -e "Buffer.alloc(5e7, 1); for (let i = 0; i < 3e8; i++);"' });
    const used = await container.usage();
    expect(used?.peakMemoryBytes).toBeGreaterThan(5e7);
    expect(used?.cpuMs).toBeGreaterThan(50);
    expect(used?.readBytes).toBeGreaterThanOrEqual(0);
    await container.stop();
    expect(await container.usage()).toBeUndefined();
  });

  it('is hardened, and shows no variable to whoever may look at containers', async () => {
    const workspaceDir = newWorkspace();
    chmodSync(workspaceDir, 0o777);
    const container = await open({ user: '1234:1234', workspaceDir });
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
    const workspaceDir = newWorkspace();
    const container = await open({ workspaceDir });
    await runStep(container, { script: 'mkdir out && echo built >out/app' });
    expect(statSync(join(workspaceDir, 'out/app')).size).toBe(6);
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
});
