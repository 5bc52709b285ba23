/**
 * A ticket tells any free runner that one attempt of a job is waiting. It carries ids only: whoever takes it
 * must still claim the attempt from control, so a ticket that is lost, doubled or stale does no harm.
 */
export const ticketQueues = ['jobs', 'deployments'] as const;
export type TicketQueue = (typeof ticketQueues)[number];

/** `labels`, sorted, are those that a runner must have to be offered the ticket; absent for none. */
export type Ticket = { queue: TicketQueue; jobId: string; attempt: number; labels?: readonly string[] };

/** Unique per attempt; a queue refuses a second ticket of the same id while the first is still there. */
export function ticketId(ticket: Pick<Ticket, 'jobId' | 'attempt'>): string {
  return `${ticket.jobId}-${ticket.attempt}`;
}

/**
 * PORT. Control's end of the ticket queue.
 *
 * `write` is idempotent by {@link ticketId} and rejects when the queue cannot be reached; the caller tries
 * again later. `missing` returns those of the given tickets that the queue does not hold, waiting or taken.
 */
export type TicketWriter = {
  write(ticket: Ticket): Promise<void>;
  missing(tickets: readonly Ticket[]): Promise<Ticket[]>;
  close(): Promise<void>;
};

/**
 * PORT. A runner's end of the ticket queue.
 *
 * `take` calls `handle` for each ticket that asks for none but the taker's labels, at most `slots` at a time, until
 * `close`. A ticket whose handler has resolved or rejected is gone from the queue, unless the handler called `putBack`:
 * then it waits again. After `pause` no new ticket is taken until `resume`; `close` also waits for the handlers under
 * way.
 */
export type TicketReader = {
  take(
    queue: TicketQueue,
    slots: number,
    handle: TicketHandler,
    labels?: readonly string[],
  ): TicketSubscription;
};

export type TicketHandler = (ticket: Ticket, putBack: () => void) => Promise<void>;

export type TicketSubscription = { pause(): Promise<void>; resume(): void; close(): Promise<void> };
