import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Ticket } from '../../src/contract/ticket.ts';
import { silentLog } from '../../src/log.ts';
import { connectRedis, whenReady } from '../../src/redis/connect-redis.ts';
import { createControlLink, createRunnerLink } from '../../src/redis/redis-link.ts';
import { createLiveLogReader, createLiveLogWriter } from '../../src/redis/redis-live-log.ts';
import { createTicketReader, createTicketWriter } from '../../src/redis/redis-tickets.ts';
import { describeLink, sampleFrame, soon } from '../contracts/link-contract.ts';
import { describeLiveLog } from '../contracts/live-log-contract.ts';
import { describeTickets, sampleTicket } from '../contracts/tickets-contract.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

let directory = '';
let server: RedisServer;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hookline-redis-'));
  server = await startRedis({ directory });
});
afterAll(async () => {
  await server.close();
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

async function openTickets() {
  const { ready, close, admin } = await connections();
  const writer = createTicketWriter(await ready(false));
  const patient = await ready(true);
  return {
    admin,
    writer,
    reader: () => createTicketReader(patient, silentLog),
    close: async () => {
      await writer.close().catch(() => {});
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

describeLink('Redis', openLink);
describeTickets('Redis', openTickets);
describeLiveLog('Redis', openLiveLog);

describe('Redis that loses its data', () => {
  it('carries frames again as soon as they are said again', async () => {
    const link = await openLink();
    onTestFinished(link.close);
    const heard: string[] = [];
    const answers: string[] = [];
    await link.control('c1').onFrame(async (frame) => {
      heard.push(frame.payload);
      await again.send(frame.runner, frame);
    });
    const again = link.control('c2');
    const runner = link.runner('r1.a');
    runner.onFrame((frame) => answers.push(frame.payload));
    await runner.send(sampleFrame('s1', 'before'));
    await soon('the first answer', () => answers.length === 1);
    await link.admin.flushall();
    await soon('word after the loss', () => {
      void runner.send(sampleFrame('s2', 'after'));
      return answers.includes('after');
    });
    expect(heard[0]).toBe('before');
  });

  it('is short of every ticket, and takes them again', async () => {
    const tickets = await openTickets();
    onTestFinished(tickets.close);
    const two = [sampleTicket('a'), sampleTicket('b', { queue: 'deployments' })];
    for (const ticket of two) await tickets.writer.write(ticket);
    await tickets.admin.flushall();
    expect(await tickets.writer.missing(two)).toEqual(two);
    for (const ticket of two) await tickets.writer.write(ticket);
    expect(await tickets.writer.missing(two)).toEqual([]);
  });
});

describe('Redis that is killed and started again', () => {
  it('fails calls of the impatient at once, and everything works again by itself', async () => {
    const link = await openLink();
    const tickets = await openTickets();
    onTestFinished(async () => {
      await tickets.close();
      await link.close();
    });
    const answers: string[] = [];
    const control = link.control('c1');
    await control.onFrame(async (frame) => control.send(frame.runner, frame));
    const runner = link.runner('r1.a');
    runner.onFrame((frame) => answers.push(frame.payload));
    const taken: Ticket[] = [];
    const subscription = tickets.reader().take('jobs', 1, async (ticket) => {
      taken.push(ticket);
    });
    await tickets.writer.write(sampleTicket('before'));
    await soon('a ticket', () => taken.length === 1);

    await server.kill('SIGKILL');
    const askedAtMs = Date.now();
    await expect(tickets.writer.write(sampleTicket('while away'))).rejects.toThrow();
    expect(Date.now() - askedAtMs).toBeLessThan(3_000);
    await server.restart();

    await soon('frames', () => {
      runner.send(sampleFrame('s1', 'after')).catch(() => {});
      return answers.includes('after');
    });
    await soon('tickets', () => {
      tickets.writer.write(sampleTicket('after')).catch(() => {});
      return taken.some(({ jobId }) => jobId === 'after');
    });
    await subscription.close();
  });

  it('kept what was waiting when it went down', async () => {
    const tickets = await openTickets();
    onTestFinished(tickets.close);
    await tickets.writer.write(sampleTicket('a'));
    await server.kill('SIGKILL');
    await server.restart();
    await soon('the ticket', () => {
      tickets.writer.missing([sampleTicket('a')]).then(
        (missing) => {
          found = missing.length === 0;
        },
        () => {},
      );
      return found;
    });
  });
  let found = false;
});

describe('frames', () => {
  it('that a dead control took are given to another', async () => {
    const link = await openLink();
    let release = () => {};
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    onTestFinished(() => {
      release();
      return link.close();
    });
    let taken = 0;
    await link.control('c1').onFrame(() => {
      taken += 1;
      return stuck;
    });
    const runner = link.runner('r1.a');
    await runner.send(sampleFrame('s1', 'stuck'));
    await soon('the first to take it', () => taken === 1);
    const heard: string[] = [];
    await link.control('c2').onFrame(async (frame) => {
      heard.push(frame.payload);
    });
    await soon('the other', () => heard.length === 1);
    expect(heard).toEqual(['stuck']);
  }, 60_000);

  it('leave nothing behind in the stream when they were handled', async () => {
    const link = await openLink();
    onTestFinished(link.close);
    let handled = 0;
    await link.control('c1').onFrame(async () => {
      handled += 1;
    });
    const runner = link.runner('r1.a');
    for (let index = 0; index < 50; index += 1) await runner.send(sampleFrame(`s${index}`));
    await soon('all', () => handled === 50);
    let length = -1;
    await soon('an empty stream', () => {
      void link.admin.xlen('hookline:to-control').then((now) => {
        length = now;
      });
      return length === 0;
    });
    const [pending] = await link.admin.xpending('hookline:to-control', 'control');
    expect(pending).toBe(0);
  });

  it('that are none are dropped, and the next one is heard', async () => {
    const link = await openLink();
    onTestFinished(link.close);
    const heard: string[] = [];
    await link.control('c1').onFrame(async (frame) => {
      heard.push(frame.payload);
    });
    await link.admin.xadd('hookline:to-control', '*', 'frame', '{"v":1,"type":"conquer"}');
    await link.admin.xadd('hookline:to-control', '*', 'frame', 'not JSON');
    await link.runner('r1.a').send(sampleFrame('s1', 'good'));
    await soon('the good one', () => heard.length === 1);
  });
});

describe('tickets in BullMQ', () => {
  it('leave no job behind, whether their handler was content or not', async () => {
    const tickets = await openTickets();
    onTestFinished(tickets.close);
    let done = 0;
    const subscription = tickets.reader().take('jobs', 4, async ({ jobId }) => {
      done += 1;
      if (jobId.endsWith('3')) throw new Error('no lease');
    });
    for (let index = 0; index < 40; index += 1) await tickets.writer.write(sampleTicket(`j${index}`));
    await soon('all', () => done === 40);
    await subscription.close();
    const left = (await tickets.admin.keys('*')).filter(
      (name) => !/:(meta|id|events|marker|stalled-check)$/.test(name),
    );
    expect(left).toEqual([]);
  });

  it('whose runner died before it claimed are missing within seconds', async () => {
    const tickets = await openTickets();
    onTestFinished(tickets.close);
    const dying = connectRedis({ path: server.path }, { patient: true, log: silentLog });
    await whenReady(dying, 5_000);
    let release = () => {};
    const never = new Promise<void>((resolve) => {
      release = resolve;
    });
    let taken = 0;
    const last = createTicketReader(dying, silentLog).take('jobs', 1, () => {
      taken += 1;
      return never;
    });
    await tickets.writer.write(sampleTicket('a'));
    await soon('the ticket to be taken', () => taken === 1);
    // From here on nobody renews its hold.
    await last.pause();
    dying.disconnect();
    const goneAtMs = Date.now();
    const other = tickets.reader().take('jobs', 1, async () => {});
    let missing = false;
    await soon('the ticket to be missed', () => {
      void tickets.writer.missing([sampleTicket('a')]).then((now) => {
        missing = now.length === 1;
      });
      return missing;
    });
    expect(Date.now() - goneAtMs).toBeLessThan(20_000);
    release();
    await other.close();
  }, 60_000);
});

describe('the live tail in Redis', () => {
  it('takes at most 1 MiB of its memory', async () => {
    const log = await openLiveLog();
    onTestFinished(log.close);
    for (let line = 0; line < 150; line += 1) {
      await log.writer.append('job', 1, { firstLine: line, lines: ['\u0001☂'.repeat(6_000)] });
    }
    const bytes = await log.admin.memory('USAGE', 'hookline:log:job:1', 'SAMPLES', 0);
    expect(bytes).toBeLessThanOrEqual(1.25 * 1024 * 1024);
    expect(bytes).toBeGreaterThan(256 * 1024);
  });

  it('is forgotten when its job ended', async () => {
    const log = await openLiveLog();
    onTestFinished(log.close);
    await log.writer.append('job', 1, { firstLine: 0, lines: ['one'] });
    await log.writer.end('job', 1);
    const leftMs = await log.admin.pttl('hookline:log:job:1');
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(60_000);
  });
});
