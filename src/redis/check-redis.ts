import { Cluster, type Redis } from 'ioredis';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RedisClient } from './connect-redis.ts';
import { RedisRefusal } from './redis-refusal.ts';

/** XADD MINID and XPENDING IDLE came with it (the Redis commands' history). Valkey names itself 7.2 or newer. */
const leastVersion = [6, 2] as const;

/** What `INFO` says, as far as it is heeded here; managed services may leave lines out. */
export type RedisFacts = Readonly<Partial<Record<string, string>>>;

export type RedisVerdict = { refusals: string[]; warnings: string[] };

/**
 * Looks whether this Redis is fit to carry tickets and messages, and refuses one that is not. INFO says it all, and is
 * allowed where CONFIG is not. Losing what Redis holds loses no run, for SQL holds the truth: without a file that
 * survives a restart jobs only wait some seconds longer then, so that is a warning.
 */
export async function checkRedis(redis: RedisClient, log: Pick<Log, 'warn'>): Promise<void> {
  const isCluster = redis instanceof Cluster;
  const nodes: Redis[] = isCluster ? redis.nodes('master') : [redis];
  const refusals = new Set<string>();
  const warnings = new Set<string>();
  for (const node of nodes) {
    const info = await node.info().catch((error: unknown) => {
      if (messageOf(error).startsWith('NOPERM')) return '';
      throw error;
    });
    const verdict = judgeRedis(factsOf(info), isCluster);
    for (const refusal of verdict.refusals) refusals.add(refusal);
    for (const warning of verdict.warnings) warnings.add(warning);
  }
  for (const warning of warnings) log.warn(`REDIS_URL: ${warning}`);
  if (refusals.size > 0) throw new RedisRefusal('unfit', `REDIS_URL: ${[...refusals].join('; ')}`);
}

export function judgeRedis(facts: RedisFacts, isCluster: boolean): RedisVerdict {
  const refusals: string[] = [];
  const warnings: string[] = [];
  const { redis_version: version, maxmemory_policy: policy, aof_enabled: aof, role } = facts;
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (version === undefined) warnings.push('this Redis does not tell its version; wanted: 6.2 or newer');
  else if (major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1])) {
    refusals.push(`this Redis is ${version}; wanted: Redis 6.2 or newer, or Valkey`);
  }
  if (role === 'slave') refusals.push('this Redis is a replica, which takes no writes; name its master');
  if (!isCluster && facts['cluster_enabled'] === '1') {
    refusals.push('this Redis is a node of a cluster; write redis+cluster://HOST:PORT,HOST:PORT');
  }
  if (policy === undefined)
    warnings.push('whether this Redis evicts keys cannot be told; it must not (maxmemory-policy noeviction)');
  else if (policy !== 'noeviction') {
    const remedy =
      'set maxmemory-policy to noeviction there (redis.conf, CONFIG SET, or the parameter group)';
    refusals.push(
      `this Redis throws keys away when its memory is full (${policy}), and a queue loses jobs by that; ${remedy}`,
    );
  }
  if (aof === '0') {
    warnings.push(
      'this Redis keeps no append-only file: when it restarts, jobs that wait or run come back some seconds later; set appendonly yes',
    );
  }
  return { refusals, warnings };
}

/** The lines `name:value` of INFO. */
export function factsOf(info: string): RedisFacts {
  const lines = info.split('\n').map((line) => line.trim());
  return Object.fromEntries(
    lines.filter((line) => /^\w+:/.test(line)).map((line) => line.split(/:(.*)/s).slice(0, 2)),
  ) as Record<string, string>;
}
