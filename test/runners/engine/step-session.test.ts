import { existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runStep, stepsContract } from '../../contracts/engine-steps-contract.ts';
import { startLocalDriver } from './local-driver.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hookline-steps-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The shells that images use as /bin/sh: those that this machine has are tried. */
function shells(): Record<string, string[]> {
  const found: Record<string, string[]> = { 'the local sh': ['/bin/sh'] };
  if (existsSync('/bin/bash')) found['bash as sh'] = ['/bin/bash', '--posix'];
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
  if (busybox) {
    symlinkSync(busybox, join(folder, 'sh'));
    found['busybox sh'] = [join(folder, 'sh')];
  }
  return found;
}

async function openLocal(command: string[]) {
  const workspacePath = mkdtempSync(join(folder, 'workspace-'));
  const driver = startLocalDriver({ command, workspacePath });
  return {
    driver,
    workspacePath,
    run: ((step, options) => driver.run(step, { ...options, kill: driver.kill })) as Parameters<
      typeof runStep
    >[0]['run'],
    close: driver.close,
  };
}

for (const [name, command] of Object.entries(shells())) {
  stepsContract(name, () => openLocal(command));

  describe(`${name}: the driver`, () => {
    it('goes on when a step signals it, busy or idle', async () => {
      const runner = await openLocal(command);
      const signals = ['TERM', 'INT', 'HUP', 'QUIT', 'USR1', 'USR2', 'ALRM'];
      const script = `for s in ${signals.join(' ')}; do kill -s $s ${runner.driver.pid}; done; sleep 0.05; exit 3`;
      expect((await runStep(runner, { script })).end).toMatchObject({ code: 3 });
      await runStep(runner, {
        script: `(sleep 0.1; for s in ${signals.join(' ')}; do kill -s $s ${runner.driver.pid}; done; touch signalled) & :`,
      });
      while (!existsSync(join(runner.workspacePath, 'signalled'))) await new Promise(setImmediate);
      expect((await runStep(runner, { script: 'exit 4' })).end).toMatchObject({ code: 4 });
      await runner.close();
    });

    it('does not pass its handling of signals on to steps', async () => {
      const runner = await openLocal(command);
      const script = 'sh -c "kill -TERM \\$\\$; echo survived"; echo $?';
      expect((await runStep(runner, { script })).text).toMatch(/143\n$/);
      await runner.close();
    });

    it('gone in the middle of a step ends it, and every later step, as died', async () => {
      const runner = await openLocal(command);
      const running = runStep(runner, { script: 'echo begun; sleep 60' });
      runner.driver.kill();
      expect((await running).end).toMatchObject({ type: 'died', reason: 'lost' });
      expect((await runStep(runner, {})).end).toMatchObject({ type: 'died', reason: 'lost' });
      await runner.close();
    });
  });
}
