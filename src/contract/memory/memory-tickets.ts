import { type Ticket, type TicketQueue, type TicketReader, type TicketWriter, ticketId } from '../ticket.ts';

export type MemoryTickets = {
  writer: TicketWriter;
  reader: TicketReader;
  /** Everything is lost, as when Redis loses its data. */
  lose(): void;
};

type Taker = { queue: TicketQueue; slots: number; handle: (ticket: Ticket) => Promise<void> };

/** A ticket queue that forgets everything at exit: for tests and for trying hookline out. */
export function createMemoryTickets(): MemoryTickets {
  /** Waiting tickets, the oldest first. */
  const waiting = new Map<string, Ticket>();
  const taken = new Set<string>();
  const takers: { taker: Taker; free: number; underWay: Set<Promise<void>> }[] = [];

  function handOut(): void {
    for (const place of takers) {
      for (const [id, ticket] of waiting) {
        if (place.free === 0) break;
        if (ticket.queue !== place.taker.queue) continue;
        waiting.delete(id);
        taken.add(id);
        place.free -= 1;
        const work = carry(place.taker, ticket, id).finally(() => {
          place.underWay.delete(work);
          place.free += 1;
          handOut();
        });
        place.underWay.add(work);
      }
    }
  }

  async function carry(taker: Taker, ticket: Ticket, id: string): Promise<void> {
    await Promise.resolve();
    await taker.handle(ticket).catch(() => {});
    taken.delete(id);
  }

  const holds = (id: string) => waiting.has(id) || taken.has(id);

  return {
    writer: {
      async write(ticket) {
        const id = ticketId(ticket);
        if (holds(id)) return;
        waiting.set(id, ticket);
        handOut();
      },
      missing: async (tickets) => tickets.filter((ticket) => !holds(ticketId(ticket))),
      close: async () => {},
    },
    reader: {
      take(queue, slots, handle) {
        const place = { taker: { queue, slots, handle }, free: slots, underWay: new Set<Promise<void>>() };
        takers.push(place);
        handOut();
        const leave = () => {
          const index = takers.indexOf(place);
          if (index >= 0) takers.splice(index, 1);
        };
        return {
          pause: async () => leave(),
          async close() {
            leave();
            await Promise.all(place.underWay);
          },
        };
      },
    },
    lose() {
      waiting.clear();
      taken.clear();
    },
  };
}
