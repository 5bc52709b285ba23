import { describe, expect, it, onTestFinished } from 'vitest';
import { soon } from './link-contract.ts';
import { type OpenTickets, sampleTicket } from './tickets-contract.ts';

/** What every ticket queue must do about labels and about tickets that are put back. */
export function describeTicketLabels(name: string, open: () => Promise<OpenTickets>): void {
  async function opened(): Promise<OpenTickets> {
    const tickets = await open();
    onTestFinished(() => tickets.close());
    return tickets;
  }

  describe(`tickets with labels: ${name}`, () => {
    it('come to a runner that has all of the labels, and to no other', async () => {
      const { writer, reader } = await opened();
      const taken: Record<string, string[]> = { plain: [], big: [] };
      const take = (who: string, labels: string[]) =>
        reader().take('jobs', 2, async ({ jobId }) => void taken[who]?.push(jobId), labels);
      const plain = take('plain', ['linux']);
      const big = take('big', ['amd64', 'big', 'linux']);
      await writer.write(sampleTicket('a', { labels: ['big', 'linux'] }));
      await writer.write(sampleTicket('b', { labels: ['big'] }));
      const nobody = sampleTicket('c', { labels: ['gpu'] });
      await writer.write(nobody);
      await soon('both', () => taken['big']?.length === 2);
      await writer.write(sampleTicket('d'));
      await soon('the last', () => Object.values(taken).flat().includes('d'));
      expect(taken['plain']?.filter((id) => id !== 'd')).toEqual([]);
      expect(await writer.missing([nobody])).toEqual([]);
      await Promise.all([plain.close(), big.close()]);
    });

    it('share the slots of their runner, whatever they ask for', async () => {
      const { writer, reader } = await opened();
      const sets = [[], ['big'], ['big', 'linux'], ['linux']];
      const tickets = Array.from({ length: 24 }, (_, index) => {
        const labels = sets[index % sets.length] ?? [];
        return sampleTicket(`j${index}`, labels.length === 0 ? {} : { labels });
      });
      for (const ticket of tickets) await writer.write(ticket);
      let atOnce = 0;
      let most = 0;
      const done = new Set<string>();
      const subscription = reader().take(
        'jobs',
        2,
        async ({ jobId }) => {
          atOnce += 1;
          most = Math.max(most, atOnce);
          await new Promise((resolve) => setImmediate(resolve));
          atOnce -= 1;
          done.add(jobId);
        },
        ['big', 'linux'],
      );
      await soon('all', () => done.size === tickets.length);
      expect(most).toBeLessThanOrEqual(2);
      await subscription.close();
    });

    it('wait again when they are put back, for a runner that takes them', async () => {
      const { writer, reader } = await opened();
      const taken: string[] = [];
      const first = reader().take('jobs', 2, async (_, putBack) => {
        taken.push('first');
        void first.pause();
        putBack();
      });
      await writer.write(sampleTicket('a'));
      await soon('the first', () => taken.length > 0);
      const second = reader().take('jobs', 2, async () => void taken.push('second'));
      await soon('the second', () => taken.includes('second'));
      expect(taken).toEqual(['first', 'second']);
      await Promise.all([first.close(), second.close()]);
    });

    it('are not taken while their runner pauses, and again when it resumes', async () => {
      const { writer, reader } = await opened();
      const taken: string[] = [];
      const paused = reader().take('jobs', 2, async ({ jobId }) => void taken.push(jobId), ['big']);
      await paused.pause();
      await writer.write(sampleTicket('a', { labels: ['big'] }));
      await writer.write(sampleTicket('b'));
      const other = reader().take('deployments', 1, async ({ jobId }) => void taken.push(jobId));
      await writer.write(sampleTicket('c', { queue: 'deployments' }));
      await soon('the other', () => taken.length > 0);
      expect(taken).toEqual(['c']);
      paused.resume();
      await soon('both', () => taken.length === 3);
      await Promise.all([paused.close(), other.close()]);
    });
  });
}
