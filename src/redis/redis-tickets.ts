import { Queue } from 'bullmq';
import { type Ticket, type TicketWriter, ticketId } from '../contract/ticket.ts';
import type { RedisClient } from './connect-redis.ts';
import { forgetLabelSets, noteLabelSets } from './label-sets.ts';
import { queueName, queuePrefix, type TicketData } from './ticket-queue-name.ts';

// BullMQ carries the ticket and nothing else: it never tries again by itself, and keeps nothing that has ended,
// for a kept job silently swallows a later one of the same id.
const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

export function createTicketWriter(redis: RedisClient): TicketWriter {
  const queues = new Map<string, Queue<TicketData>>();

  function queueOf(ticket: Ticket): Queue<TicketData> {
    const name = queueName(ticket.queue, ticket.labels);
    const known = queues.get(name);
    if (known) return known;
    const queue = new Queue<TicketData>(name, { connection: redis, prefix: queuePrefix });
    queue.on('error', () => {});
    queues.set(name, queue);
    return queue;
  }

  return {
    async write(ticket) {
      const { jobId, attempt } = ticket;
      // First the set of labels, or runners would not look where the ticket then is.
      await noteLabelSets(redis, [ticket]);
      await queueOf(ticket).add('ticket', { jobId, attempt }, { ...jobOptions, jobId: ticketId(ticket) });
    },
    async missing(tickets) {
      await noteLabelSets(redis, tickets);
      await forgetLabelSets(redis);
      const found = await Promise.all(tickets.map((ticket) => queueOf(ticket).getJobState(ticketId(ticket))));
      return tickets.filter((_, index) => found[index] === 'unknown');
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}
