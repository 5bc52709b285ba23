import { silentLog } from '../../src/log.ts';
import { createTicketReader } from '../../src/redis/redis-ticket-reader.ts';
import { createTicketWriter } from '../../src/redis/redis-tickets.ts';
import { describeTicketLabels } from '../contracts/ticket-labels-contract.ts';
import { openRedisBench } from './redis-bench.ts';

const redis = openRedisBench();

describeTicketLabels('Redis', async () => {
  const { ready, close } = await redis.connections();
  const writer = createTicketWriter(await ready(false));
  const patient = await ready(true);
  return {
    writer,
    reader: () => createTicketReader(patient, silentLog),
    close: async () => {
      await writer.close().catch(() => {});
      await close();
    },
  };
});
