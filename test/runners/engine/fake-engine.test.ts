import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../../../runners/engine/engine.ts';
import { createFakeEngine } from '../../../runners/engine/fake/fake-engine.ts';
import { CONTRACT_RULES, type EngineBench } from '../../contracts/engine-bench.ts';
import { engineContainerContract } from '../../contracts/engine-container-contract.ts';
import { engineContract } from '../../contracts/engine-contract.ts';
import { engineIsolationContract } from '../../contracts/engine-isolation-contract.ts';
import { engineServicesContract } from '../../contracts/engine-services-contract.ts';
import { runStep } from '../../contracts/engine-steps-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'hookline-fake-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const newWorkspace = () => mkdtempSync(join(folder, 'workspace-'));

async function openBench(): Promise<EngineBench> {
  const engine = createFakeEngine({
    rules: CONTRACT_RULES,
    missingImages: new Set(['nobody/has-it:1']),
    deafServices: new Map([['deaf', 'ended with exit code 3: no disk']]),
  });
  return {
    engine,
    image: 'node:24',
    missingImage: 'nobody/has-it:1',
    newWorkspace,
    countLeft: async (owner) =>
      [...engine.left(), ...engine.leftServices(), ...engine.leftNetworks()].filter(
        (spec) => spec.owner === owner,
      ).length,
    close: () => engine.close(),
  };
}

engineContract('fake', openBench);
engineContainerContract('fake', openBench);
engineIsolationContract('fake', openBench);
engineServicesContract('fake', openBench);

describe('the fake engine', () => {
  const { signal } = new AbortController();
  const spec = (): ContainerSpec => ({
    owner: 'tests',
    roomId: 'room-1',
    image: 'node:24',
    workspaceDir: newWorkspace(),
    workspacePath: '/workspace',
    memoryBytes: 2 ** 29,
    cpus: 1,
    pids: 100,
    network: 'none',
  });

  it('goes by a step’s place or a pattern in its script, the first rule that holds, else success', async () => {
    const engine = createFakeEngine({
      rules: [
        { when: 1, does: { exitCode: 7 } },
        { when: /test/, does: { output: ['1 failed\n'], exitCode: 1 } },
      ],
    });
    const container = await engine.open(spec(), { signal });
    const ends = [];
    for (const script of ['npm install', 'npm test', 'npm test', 'npm run build']) {
      ends.push((await runStep(container, { script })).end);
    }
    expect(ends).toEqual([0, 7, 1, 0].map((code) => ({ type: 'exited', code })));
  });

  it('writes files into the workspace, says out of memory, and dies as it is told', async () => {
    const engine = createFakeEngine({
      rules: [
        { when: 'build', does: { files: { 'dist/app.js': 'built' } } },
        { when: 'eat', does: { exitCode: 137, oom: 'the memory limit was reached' } },
        { when: 'die', does: { died: { reason: 'oom', message: 'gone' } } },
      ],
    });
    const whole = spec();
    const container = await engine.open(whole, { signal });
    await runStep(container, { script: 'build' });
    expect(readFileSync(join(whole.workspaceDir, 'dist/app.js'), 'utf8')).toBe('built');
    expect((await runStep(container, { script: 'eat' })).end).toMatchObject({ oom: expect.any(String) });
    const gone = { type: 'died', reason: 'oom', message: 'gone' };
    expect((await runStep(container, { script: 'die' })).end).toEqual(gone);
    expect((await runStep(container, { script: 'build' })).end).toEqual(gone);
  });

  it('tells what happened in order, and what is left', async () => {
    const engine = createFakeEngine({ rules: [{ does: { hang: true } }] });
    const container = await engine.open(spec(), { signal });
    const run = runStep(container, { script: 'serve' });
    await container.interrupt('TERM');
    expect((await run).end).toEqual({ type: 'exited', code: 143 });
    expect(engine.left()).toHaveLength(1);
    await container.close();
    expect(engine.left()).toEqual([]);
    expect(engine.events.map(({ type }) => type)).toEqual(['opened', 'step', 'interrupted', 'closed']);
  });

  it('has containers killed from outside, and can be down for a while', async () => {
    let down = false;
    const engine = createFakeEngine({ rules: [{ does: { hang: true } }], down: () => down });
    const container = await engine.open(spec(), { signal });
    const run = runStep(container, { script: 'serve' });
    engine.kill('room-1', 'lost', 'the machine is gone');
    expect((await run).end).toEqual({ type: 'died', reason: 'lost', message: 'the machine is gone' });
    down = true;
    await expect(engine.check(signal)).rejects.toMatchObject({ code: 'engine-unreachable' });
    await expect(engine.open(spec(), { signal })).rejects.toMatchObject({ code: 'engine-unreachable' });
    down = false;
    expect(await engine.check(signal)).toMatchObject({ name: 'fake' });
    await engine.close();
  });
});
