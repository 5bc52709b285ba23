import { createMemoryTickets } from '../../../src/contract/memory/memory-tickets.ts';
import { describeTicketLabels } from '../../contracts/ticket-labels-contract.ts';

describeTicketLabels('memory', async () => {
  const { writer, reader } = createMemoryTickets();
  return { writer, reader: () => reader, close: async () => {} };
});
