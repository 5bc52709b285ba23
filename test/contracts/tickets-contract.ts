import { describe, expect, it, onTestFinished } from 'vitest';
import type { Ticket, TicketReader, TicketWriter } from '../../src/contract/ticket.ts';
import { soon } from './link-contract.ts';

export type OpenTickets = { writer: TicketWriter; reader(): TicketReader; close(): Promise<void> };

export const sampleTicket = (jobId: string, given: Partial<Ticket> = {}): Ticket => ({
  queue: 'jobs',
  jobId,
  attempt: 1,
  ...given,
});

/** What every ticket queue must do. */
export function describeTickets(name: string, open: () => Promise<OpenTickets>): void {
  async function opened(): Promise<OpenTickets> {
    const tickets = await open();
    onTestFinished(() => tickets.close());
    return tickets;
  }

  describe(`tickets: ${name}`, () => {
    it('reach one of the runners that take from their queue, whole', async () => {
      const { writer, reader } = await opened();
      const taken: Ticket[] = [];
      const subscriptions = [1, 2].map(() =>
        reader().take('jobs', 1, async (ticket) => {
          taken.push(ticket);
        }),
      );
      await writer.write(sampleTicket('a', { attempt: 2 }));
      await writer.write(sampleTicket('d', { queue: 'deployments' }));
      await soon('the ticket', () => taken.length === 1);
      expect(taken).toEqual([sampleTicket('a', { attempt: 2 })]);
      expect(await writer.missing([sampleTicket('d', { queue: 'deployments' })])).toEqual([]);
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
    });

    it('are written once, however often, while one of the same attempt is there', async () => {
      const { writer, reader } = await opened();
      const taken: Ticket[] = [];
      for (let time = 0; time < 5; time += 1) await writer.write(sampleTicket('a'));
      await writer.write(sampleTicket('last'));
      const subscription = reader().take('jobs', 1, async (ticket) => {
        taken.push(ticket);
      });
      await soon('the last', () => taken.some(({ jobId }) => jobId === 'last'));
      expect(taken.map(({ jobId }) => jobId)).toEqual(['a', 'last']);
      await subscription.close();
    });

    it('are not missing while they wait or are held, and are gone when their handler ended, either way', async () => {
      const { writer, reader } = await opened();
      const [good, bad] = [sampleTicket('good'), sampleTicket('bad')];
      expect(await writer.missing([good, bad])).toEqual([good, bad]);
      await writer.write(good);
      await writer.write(bad);
      expect(await writer.missing([good, bad])).toEqual([]);
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let begun = 0;
      const subscription = reader().take('jobs', 2, async ({ jobId }) => {
        begun += 1;
        await held;
        if (jobId === 'bad') throw new Error('no lease');
      });
      await soon('both', () => begun === 2);
      expect(await writer.missing([good, bad])).toEqual([]);
      release();
      let missing: Ticket[] = [];
      await soon('both to be gone', () => {
        void writer.missing([good, bad]).then((now) => {
          missing = now;
        });
        return missing.length === 2;
      });
      // Nothing that was kept may swallow them now.
      await writer.write(good);
      await soon('the ticket again', () => begun === 3);
      await subscription.close();
    });

    it('are handled at most `slots` at a time', async () => {
      const { writer, reader } = await opened();
      let atOnce = 0;
      let most = 0;
      let done = 0;
      const subscription = reader().take('jobs', 3, async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
        done += 1;
      });
      for (let index = 0; index < 20; index += 1) await writer.write(sampleTicket(`j${index}`));
      await soon('all', () => done === 20);
      expect(most).toBeLessThanOrEqual(3);
      await subscription.close();
    });

    it('are not taken any more after `pause`, and `close` waits for those that are held', async () => {
      const { writer, reader } = await opened();
      const taken: string[] = [];
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const subscription = reader().take('jobs', 4, async ({ jobId }) => {
        taken.push(jobId);
        await held;
      });
      await writer.write(sampleTicket('a'));
      await soon('the first', () => taken.length === 1);
      await subscription.pause();
      await writer.write(sampleTicket('b'));
      let closed = false;
      const closing = subscription.close().then(() => {
        closed = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(closed).toBe(false);
      release();
      await closing;
      expect(taken).toEqual(['a']);
      expect(await writer.missing([sampleTicket('b')])).toEqual([]);
    });
  });
}
