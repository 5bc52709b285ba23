import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { connectRedis, whenReady } from '../../src/redis/connect-redis.ts';
import { createControlLink, createRunnerLink } from '../../src/redis/redis-link.ts';
import { createLiveLogReader, createLiveLogWriter } from '../../src/redis/redis-live-log.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

/** A Redis for the tests of one file; each test opens what it needs over an empty one. */
export function openRedisBench() {
  let directory = '';
  let server: RedisServer;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'hookline-redis-'));
    server = await startRedis({ directory });
  });
  afterAll(async () => {
    await server?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Connections of one test, over an empty Redis. */
  async function connections() {
    const opened: Redis[] = [];
    const connect = (patient: boolean) => {
      const redis = connectRedis({ path: server.path }, { patient, log: silentLog });
      opened.push(redis);
      return redis;
    };
    const admin = connect(true);
    await whenReady(admin, 5_000);
    await admin.flushall();
    const ready = async (patient: boolean) => {
      const redis = connect(patient);
      await whenReady(redis, 5_000);
      return redis;
    };
    return {
      admin,
      ready,
      close: async () => {
        for (const redis of opened) redis.disconnect();
      },
    };
  }

  async function openLink() {
    const { ready, close, admin } = await connections();
    const redis = await ready(true);
    const links: { close(): Promise<void> }[] = [];
    const kept = <Link extends { close(): Promise<void> }>(link: Link): Link => {
      links.push(link);
      return link;
    };
    return {
      admin,
      runner: (address: string) => kept(createRunnerLink(redis, address, silentLog)),
      control: (name: string) => kept(createControlLink(redis, name, silentLog)),
      close: async () => {
        await Promise.all(links.map((link) => link.close()));
        await close();
      },
    };
  }

  async function openLiveLog() {
    const { ready, close, admin } = await connections();
    return {
      admin,
      writer: createLiveLogWriter(await ready(false)),
      reader: createLiveLogReader(await ready(true)),
      close,
    };
  }

  return { server: () => server, connections, openLink, openLiveLog };
}
