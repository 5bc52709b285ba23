import { memoryInbox } from '../../../src/webhooks/memory-inbox.ts';
import { describeInbox } from './inbox-contract.ts';

describeInbox('in memory', async () => ({ inbox: memoryInbox(), close: async () => {} }));
