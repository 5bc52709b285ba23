import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts, type RedisNode, startMs, startRedisNode } from './redis-nodes.ts';
import { waitUntil } from './wait-until.ts';

/** A master, a replica of it, and three sentinels that watch them. */
export type RedisSentinels = {
  readonly url: string;
  /** Kills the master; resolves when the replica has taken its place. */
  failOver(): Promise<void>;
  killMaster(): Promise<void>;
  close(): Promise<void>;
};

const master = 'hookline-test';

export async function startSentinels({ directory }: { directory: string }): Promise<RedisSentinels> {
  const [first = 0, second = 0, ...watchers] = await freePorts(5);
  const nodes: RedisNode[] = [];
  const start = async (...given: Parameters<typeof startRedisNode>) => {
    const node = await startRedisNode(...given);
    nodes.push(node);
    return node;
  };
  const close = async () => {
    await Promise.all(nodes.map((node) => node.close()));
  };
  try {
    const data = { appendonly: 'yes', 'repl-diskless-sync-delay': '0' };
    const original = await start({
      directory: join(directory, 'first'),
      settings: { ...data, port: String(first) },
    });
    const replica = await start({
      directory: join(directory, 'second'),
      settings: { ...data, port: String(second), replicaof: `127.0.0.1 ${first}` },
    });
    const roleOf = async (node: RedisNode) => String(((await node.ask('ROLE')) as unknown[])[0]);
    const isLinked = async () => ((await replica.ask('ROLE')) as unknown[])[3] === 'connected';
    await waitUntil(isLinked, { what: 'the replica to follow', timeoutMs: startMs });
    for (const port of watchers) {
      const file = join(directory, `sentinel-${port}.conf`);
      // A sentinel writes down what it finds out, so it wants a file of its own.
      await writeFile(
        file,
        `port ${port}
bind 127.0.0.1
sentinel monitor ${master} 127.0.0.1 ${first} 2
sentinel down-after-milliseconds ${master} 1000
sentinel failover-timeout ${master} 5000
`,
      );
      const settings = { port: String(port) };
      await start({
        directory: join(directory, `sentinel-${port}`),
        settings,
        leading: [file, '--sentinel'],
      });
    }
    const sentinels = nodes.slice(2);
    const agree = async () => {
      const seen = await Promise.all(sentinels.map((node) => node.ask('SENTINEL', 'ckquorum', master)));
      return seen.every((answer) => String(answer).startsWith('OK 3'));
    };
    await waitUntil(() => agree().catch(() => false), { what: 'the sentinels to agree', timeoutMs: startMs });
    const followed = async () => {
      const known = await Promise.all(sentinels.map((node) => node.ask('SENTINEL', 'replicas', master)));
      return known.every((replicas) => Array.isArray(replicas) && replicas.length === 1);
    };
    await waitUntil(followed, { what: 'the sentinels to know the replica', timeoutMs: startMs });
    const killMaster = () => original.kill();
    return {
      url: `redis+sentinel://${watchers.map((port) => `127.0.0.1:${port}`).join(',')}/${master}`,
      killMaster,
      async failOver() {
        await killMaster();
        const isMaster = async () => (await roleOf(replica)) === 'master';
        // Sentinels break the connections of a replica that they make master.
        await waitUntil(() => isMaster().catch(() => false), {
          what: 'the replica to become master',
          timeoutMs: 60_000,
        });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
