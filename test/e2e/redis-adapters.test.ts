import { describe, expect, it, onTestFinished } from 'vitest';
import type { Ticket } from '../../src/contract/ticket.ts';
import { silentLog } from '../../src/log.ts';
import { connectRedis, whenReady } from '../../src/redis/connect-redis.ts';
import { createTicketReader } from '../../src/redis/redis-ticket-reader.ts';
import { createTicketWriter } from '../../src/redis/redis-tickets.ts';
import { sampleFrame, soon } from '../contracts/link-contract.ts';
import { describeTickets, sampleTicket } from '../contracts/tickets-contract.ts';
import { openRedisBench } from './redis-bench.ts';

const redis = openRedisBench();

async function openTickets() {
  const { ready, close, admin } = await redis.connections();
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

describeTickets('Redis', openTickets);

describe('Redis that loses its data', () => {
  it('carries frames again as soon as they are said again', async () => {
    const link = await redis.openLink();
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
    const link = await redis.openLink();
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

    await redis.server().kill('SIGKILL');
    const askedAtMs = Date.now();
    await expect(tickets.writer.write(sampleTicket('while away'))).rejects.toThrow();
    expect(Date.now() - askedAtMs).toBeLessThan(3_000);
    await redis.server().restart();

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
    await redis.server().kill('SIGKILL');
    await redis.server().restart();
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
    const dying = connectRedis({ path: redis.server().path }, { patient: true, log: silentLog });
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
