import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findProgram } from './find-program.ts';
import { type GuardedProcess, startGuardedProcess } from './guarded-process.ts';
import { waitUntil } from './wait-until.ts';

/** A Redis process on a loopback port of its own. */
export type RedisNode = {
  readonly port: number;
  readonly pid: number;
  ask(...command: string[]): Promise<unknown>;
  /** Ends it as a machine does that goes away, and waits for the end. */
  kill(): Promise<void>;
  close(): Promise<void>;
};

export const startMs = 30_000;

/** `settings` are directives of redis.conf; `leading` is what stands before them on the command line. */
export async function startRedisNode(options: {
  directory: string;
  settings: Record<string, string>;
  leading?: readonly string[];
}): Promise<RedisNode> {
  const { directory, settings, leading = [] } = options;
  const command = findProgram('redis-server', 'valkey-server');
  if (command === undefined)
    throw new Error('redis-server is not installed: run `sh test/setup/setup.sh redis`');
  await mkdir(directory, { recursive: true });
  const port = Number(settings['port']);
  const args = [
    ...leading,
    ...Object.entries({ bind: '127.0.0.1', dir: directory, save: '', ...settings }).flatMap(
      ([name, value]) => [`--${name}`, ...value.split(' ')],
    ),
  ];
  const logFile = join(directory, 'redis.log');
  const process_ = await startGuardedProcess({ command, args, logFile, graceMs: 5_000 });
  const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 0, retryStrategy: () => 100 });
  client.on('error', () => {});
  const node = nodeOf(process_, client, port);
  const answers = () => node.ask('PING').then(Boolean, () => false);
  await waitUntil(answers, { what: 'Redis to answer', timeoutMs: startMs, unless: process_.ended, logFile });
  return node;
}

function nodeOf(server: GuardedProcess, client: Redis, port: number): RedisNode {
  return {
    port,
    pid: server.pid,
    ask: (name, ...args) => client.call(name ?? '', ...args),
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
    },
    async close() {
      client.disconnect();
      await server.close();
    },
  };
}

/** All at once, so that none of them is given out twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server listened on no port');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
