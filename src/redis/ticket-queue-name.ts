import type { TicketQueue } from '../contract/ticket.ts';

/** The braces make all keys of BullMQ lie in one slot of a Redis Cluster, as its scripts need it. */
export const queuePrefix = '{hookline}';

export type TicketData = { jobId: string; attempt: number };

/** A queue for each set of labels that jobs ask for: a runner takes from those whose labels it has. */
export function queueName(queue: TicketQueue, labels: readonly string[] = []): string {
  return [`hookline-${queue}`, ...labels].join('+');
}
