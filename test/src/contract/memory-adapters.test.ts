import { createMemoryLink } from '../../../src/contract/memory/memory-link.ts';
import { createMemoryLiveLog } from '../../../src/contract/memory/memory-live-log.ts';
import { createMemoryTickets } from '../../../src/contract/memory/memory-tickets.ts';
import { describeLink } from '../../contracts/link-contract.ts';
import { describeLiveLog } from '../../contracts/live-log-contract.ts';
import { describeTickets } from '../../contracts/tickets-contract.ts';

describeLink('memory', async () => {
  const link = createMemoryLink({ retryMs: 5 });
  return { runner: link.runner, control: link.control, close: async () => {} };
});

describeTickets('memory', async () => {
  const { writer, reader } = createMemoryTickets();
  return { writer, reader: () => reader, close: async () => {} };
});

describeLiveLog('memory', async () => ({ ...createMemoryLiveLog(), close: async () => {} }));
