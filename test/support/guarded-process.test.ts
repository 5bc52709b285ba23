import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGuardedProcess } from './guarded-process.ts';
import { waitUntil } from './wait-until.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hookline-guard-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const options = (command: string, ...args: string[]) => ({
  command,
  args,
  logFile: join(directory, 'log'),
  graceMs: 1_000,
  afterwards: ['touch', join(directory, 'tidied')],
});

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a guarded process', () => {
  it('ends on close, and what comes afterwards is done by then', async () => {
    const server = await startGuardedProcess(options('sleep', '60'));
    expect(runs(server.pid)).toBe(true);
    await server.close();
    expect(await server.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(existsSync(join(directory, 'tidied'))).toBe(true);
    await server.close();
  });

  it('is killed when it ignores SIGTERM', async () => {
    const server = await startGuardedProcess(
      options('sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'),
    );
    const isReady = async () => (await readFile(join(directory, 'log'), 'utf8')).includes('ready');
    await waitUntil(isReady, { what: 'the trap to be set', timeoutMs: 5_000 });
    await server.close();
    expect((await server.ended).signal).toBe('SIGKILL');
  });

  it('ends with the program that started it, even one killed with SIGKILL', async () => {
    const program = `
      import { startGuardedProcess } from ${JSON.stringify(new URL('./guarded-process.ts', import.meta.url).href)};
      const server = await startGuardedProcess(${JSON.stringify(options('sleep', '60'))});
      console.log(server.pid);
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line);
    expect(runs(pid)).toBe(true);
    parent.kill('SIGKILL');
    await waitUntil(async () => !runs(pid), { what: 'the server to end', timeoutMs: 10_000 });
  });

  it('fails at once when the program is not there', async () => {
    await expect(startGuardedProcess(options('/nonexistent/server'))).rejects.toThrow('ENOENT');
  });
});
