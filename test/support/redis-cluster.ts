import { join } from 'node:path';
import { freePorts, type RedisNode, startMs, startRedisNode } from './redis-nodes.ts';
import { waitUntil } from './wait-until.ts';

/** Three masters that share the slots, each with a replica. */
export type RedisCluster = {
  readonly url: string;
  /** Kills the master that holds this key; resolves when its replica holds it. */
  failOver(key: string): Promise<void>;
  close(): Promise<void>;
};

const masters = 3;
const slots = 16_384;

export async function startCluster({ directory }: { directory: string }): Promise<RedisCluster> {
  const ports = await freePorts(masters * 4);
  const [nodes, buses] = [ports.slice(0, masters * 2), ports.slice(masters * 2)];
  const started: RedisNode[] = [];
  const close = async () => {
    await Promise.all(started.map((node) => node.close()));
  };
  try {
    for (const [index, port] of nodes.entries()) {
      const settings = {
        port: String(port),
        'cluster-enabled': 'yes',
        'cluster-port': String(buses[index]),
        'cluster-node-timeout': '1500',
        'cluster-replica-validity-factor': '0',
        appendonly: 'yes',
        'repl-diskless-sync-delay': '0',
      };
      started.push(await startRedisNode({ directory: join(directory, String(port)), settings }));
    }
    const [first, ...others] = started;
    if (!first) throw new Error('unreachable: nodes were started');
    for (const [index] of others.entries()) {
      const [port, bus] = [nodes[index + 1], buses[index + 1]];
      await first.ask('CLUSTER', 'MEET', '127.0.0.1', String(port), String(bus));
    }
    const ids = await Promise.all(started.map(async (node) => String(await node.ask('CLUSTER', 'MYID'))));
    const knowAll = async () => {
      const known = await Promise.all(started.map((node) => node.ask('CLUSTER', 'NODES')));
      return known.every((text) => ids.every((id) => String(text).includes(id)));
    };
    await waitUntil(knowAll, { what: 'the nodes to meet', timeoutMs: startMs });
    for (let index = 0; index < masters; index += 1) {
      const [from, end] = [index, index + 1].map((part) => Math.floor((slots * part) / masters));
      await started[index]?.ask('CLUSTER', 'ADDSLOTSRANGE', String(from), String((end ?? slots) - 1));
    }
    for (let index = 0; index < masters; index += 1) {
      await started[index + masters]?.ask('CLUSTER', 'REPLICATE', ids[index] ?? '');
    }
    const isOk = async (node: RedisNode) =>
      String(await node.ask('CLUSTER', 'INFO')).includes('cluster_state:ok');
    const allOk = async () => (await Promise.all(started.map(isOk))).every(Boolean);
    await waitUntil(allOk, { what: 'the cluster to be whole', timeoutMs: startMs });
    const linked = async () => {
      const roles = await Promise.all(started.slice(masters).map((node) => node.ask('ROLE')));
      return roles.every((role) => Array.isArray(role) && role[3] === 'connected');
    };
    await waitUntil(linked, { what: 'the replicas to follow', timeoutMs: startMs });
    return {
      url: `redis+cluster://${nodes
        .slice(0, masters)
        .map((port) => `127.0.0.1:${port}`)
        .join(',')}`,
      async failOver(key) {
        const alive = started.at(-1) ?? first;
        const slot = Number(await alive.ask('CLUSTER', 'KEYSLOT', key));
        const index = Math.floor((slot * masters) / slots);
        const [lost, replica] = [started[index], started[index + masters]];
        if (!lost || !replica) throw new Error(`nobody holds slot ${slot}`);
        const isMaster = async () => String(((await replica.ask('ROLE')) as unknown[])[0]) === 'master';
        await lost.kill();
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
