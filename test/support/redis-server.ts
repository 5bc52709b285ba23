import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { type GuardedProcess, startGuardedProcess } from './guarded-process.ts';
import { waitUntil } from './wait-until.ts';

/** A Redis of the test's own, that a test may kill and start again to see what the others make of it. */
export interface RedisServer {
  /** The unix socket; it stays the same over restarts. */
  readonly path: string;
  /** The same as a URL, as `REDIS_URL` takes it. */
  readonly url: string;
  readonly pid: number;
  /** Sends a signal and, when it is one that ends the server, waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts the server again over the same data; ends it first when it still runs. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const signalsThatDoNotEnd: readonly NodeJS.Signals[] = ['SIGSTOP', 'SIGCONT'];

/** Starts Redis (or Valkey) on a private unix socket in `directory`, without a TCP port, append-only file on. */
export async function startRedis({ directory }: { directory: string }): Promise<RedisServer> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'redis.sock');
  const start = () => startServer(directory, path);
  let server = await start();

  return {
    path,
    url: `unix://${path}`,
    get pid() {
      return server.pid;
    },
    async kill(signal) {
      process.kill(server.pid, signal);
      if (!signalsThatDoNotEnd.includes(signal)) await server.ended;
    },
    async restart() {
      await server.close();
      server = await start();
    },
    close: () => server.close(),
  };
}

async function startServer(directory: string, path: string): Promise<GuardedProcess> {
  const command = findProgram('redis-server', 'valkey-server');
  if (command === undefined)
    throw new Error('redis-server is not installed: run `sh test/setup/setup.sh redis`');
  const logFile = join(directory, 'redis.log');
  const settings = {
    port: '0',
    unixsocket: path,
    unixsocketperm: '700',
    dir: directory,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    // Queues must never lose keys to make room.
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = await startGuardedProcess({ command, args, logFile, graceMs: 5_000 });
  await waitUntil(() => answersPing(path), {
    what: 'redis-server to answer',
    timeoutMs: 10_000,
    unless: server.ended,
    logFile,
  });
  return server;
}

/** Whether Redis answers PONG; it says LOADING while it still reads its append-only file. */
async function answersPing(path: string): Promise<boolean> {
  const socket = createConnection(path);
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
