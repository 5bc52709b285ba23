import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { connectRedis, whenReady } from '../../src/redis/connect-redis.ts';
import { startManagedRedis } from '../../src/redis/managed-redis.ts';
import { waitUntil } from '../support/wait-until.ts';

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hookline-managed-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function processId(path: string): Promise<number> {
  const redis = connectRedis({ path }, { patient: true, log: silentLog });
  try {
    await whenReady(redis, 10_000);
    const info = await redis.info('server');
    return Number(/process_id:(\d+)/.exec(info)?.[1]);
  } finally {
    redis.disconnect();
  }
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('a Redis of our own', () => {
  it('answers on a private socket and is gone after close', async () => {
    const directory = temporary();
    const redis = await startManagedRedis({ directory, log: silentLog });
    const pid = await processId(redis.path);
    expect(pid).toBeGreaterThan(0);
    await redis.close();
    await redis.close();
    expect(await answers(redis.path)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('is started again when it is killed, with what it held', async () => {
    const redis = await startManagedRedis({ directory: temporary(), log: silentLog });
    onTestFinished(() => redis.close());
    const client = connectRedis({ path: redis.path }, { patient: true, log: silentLog });
    onTestFinished(() => client.disconnect());
    await whenReady(client, 10_000);
    await client.set('kept', 'yes');
    const before = await processId(redis.path);
    process.kill(before, 'SIGKILL');
    expect(await client.get('kept')).toBe('yes');
    expect(await processId(redis.path)).not.toBe(before);
  });

  it('ends with the process that started it, though that was killed outright, and its successor can start', async () => {
    const directory = temporary();
    const program = join(directory, 'parent.ts');
    const module = (path: string) => pathToFileURL(join(import.meta.dirname, '../..', path)).href;
    writeFileSync(
      program,
      `import { startManagedRedis } from '${module('src/redis/managed-redis.ts')}';
       import { silentLog } from '${module('src/log.ts')}';
       const redis = await startManagedRedis({ directory: ${JSON.stringify(directory)}, log: silentLog });
       console.log(redis.path);
       setInterval(() => {}, 1000);`,
    );
    const parent = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(parent, 'exit');
    onTestFinished(() => {
      parent.kill('SIGKILL');
    });
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
    const path = chunk.toString().trim();
    const pid = await processId(path);
    parent.kill('SIGKILL');
    await ended;
    // At once, as a service manager does it: the old one may still be at its end.
    const successor = await startManagedRedis({ directory, log: silentLog });
    onTestFinished(() => successor.close());
    await waitUntil(
      async () => {
        try {
          process.kill(pid, 0);
          return false;
        } catch {
          return true;
        }
      },
      { what: 'the old Redis to end', timeoutMs: 10_000 },
    );
    expect(await processId(successor.path)).not.toBe(pid);
    expect(await answers(successor.path)).toBe(true);
  });

  it('says what to do when its path is too long for a socket', async () => {
    const directory = join(temporary(), 'x'.repeat(100));
    await expect(startManagedRedis({ directory, log: silentLog })).rejects.toThrow('HOOKLINE_DATA_DIR');
  });
});
