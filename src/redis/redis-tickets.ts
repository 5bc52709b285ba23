import { Queue, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  type Ticket,
  type TicketQueue,
  type TicketReader,
  type TicketWriter,
  ticketId,
  ticketQueues,
} from '../contract/ticket.ts';
import type { Log } from '../log.ts';

const queueName = (queue: TicketQueue) => `hookline-${queue}`;
type TicketData = { jobId: string; attempt: number };

// BullMQ carries the ticket and nothing else: it never tries again by itself, and keeps nothing that has ended,
// for a kept job silently swallows a later one of the same id.
const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

export function createTicketWriter(redis: Redis): TicketWriter {
  const queues = new Map(
    ticketQueues.map((name) => [name, new Queue<TicketData>(queueName(name), { connection: redis })]),
  );
  for (const queue of queues.values()) queue.on('error', () => {});

  function queueOf(name: TicketQueue): Queue<TicketData> {
    const queue = queues.get(name);
    if (!queue) throw new Error(`no queue ${name}`);
    return queue;
  }

  return {
    async write(ticket) {
      const { jobId, attempt } = ticket;
      await queueOf(ticket.queue).add(
        'ticket',
        { jobId, attempt },
        { ...jobOptions, jobId: ticketId(ticket) },
      );
    },
    async missing(tickets) {
      const found = await Promise.all(
        tickets.map((ticket) => queueOf(ticket.queue).getJobState(ticketId(ticket))),
      );
      return tickets.filter((_, index) => found[index] === 'unknown');
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

/**
 * While a runner holds a ticket, BullMQ renews its lock; a lost lock is no matter, for the lease decides. A ticket
 * whose runner died before it claimed is found within lock and look, and control then writes it again.
 */
const lockMs = 8_000;
const lookMs = 4_000;

export function createTicketReader(redis: Redis, log: Log): TicketReader {
  return {
    take(queue, slots, handle) {
      let paused = false;
      const worker = new Worker<TicketData>(
        queueName(queue),
        async (job, token) => {
          if (paused) {
            // BullMQ had asked for one more before it was paused: that goes back to where it was.
            await job.moveToWait(token);
            throw new WaitingError();
          }
          await handle({ queue, jobId: job.data.jobId, attempt: job.data.attempt } satisfies Ticket);
        },
        {
          connection: redis,
          concurrency: slots,
          lockDuration: lockMs,
          stalledInterval: lookMs,
          maxStalledCount: 0,
          removeOnComplete: { count: 0 },
          removeOnFail: { count: 0 },
        },
      );
      worker.on('error', (error) => log.debug({ err: error }, 'ticket queue'));
      return {
        pause() {
          paused = true;
          return worker.pause(true);
        },
        close: () => worker.close(),
      };
    },
  };
}
