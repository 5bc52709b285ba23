import {
  type Ticket,
  type TicketHandler,
  type TicketQueue,
  type TicketReader,
  type TicketWriter,
  ticketId,
} from '../ticket.ts';

export type MemoryTickets = {
  writer: TicketWriter;
  reader: TicketReader;
  /** Everything is lost, as when Redis loses its data. */
  lose(): void;
};

type Taker = { queue: TicketQueue; handle: TicketHandler; labels: ReadonlySet<string> };
type Place = { taker: Taker; free: number; isPaused: boolean; underWay: Set<Promise<void>> };

/** A ticket queue that forgets everything at exit: for tests and for trying hookline out. */
export function createMemoryTickets(): MemoryTickets {
  /** Waiting tickets, the oldest first. */
  const waiting = new Map<string, Ticket>();
  const taken = new Set<string>();
  const takers: Place[] = [];

  function handOut(): void {
    for (const place of takers) {
      for (const [id, ticket] of waiting) {
        if (place.free === 0 || place.isPaused) break;
        if (!isFor(place.taker, ticket)) continue;
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
    let isPutBack = false;
    const putBack = () => {
      isPutBack = true;
    };
    await taker.handle(ticket, putBack).catch(() => {});
    taken.delete(id);
    if (isPutBack) waiting.set(id, ticket);
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
      take(queue, slots, handle, labels = []) {
        const taker = { queue, handle, labels: new Set(labels) };
        const place: Place = { taker, free: slots, isPaused: false, underWay: new Set() };
        takers.push(place);
        handOut();
        return {
          async pause() {
            place.isPaused = true;
          },
          resume() {
            place.isPaused = false;
            handOut();
          },
          async close() {
            place.isPaused = true;
            const index = takers.indexOf(place);
            if (index >= 0) takers.splice(index, 1);
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

function isFor({ queue, labels }: Taker, ticket: Ticket): boolean {
  return ticket.queue === queue && (ticket.labels ?? []).every((label) => labels.has(label));
}
