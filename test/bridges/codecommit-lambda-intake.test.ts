import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryInbox } from '../../src/webhooks/memory-inbox.ts';
import { codecommitIntake, codecommitRecord, secret } from '../src/webhooks/codecommit/codecommit-intake.ts';
import { invokeLambda } from './lambda-process.ts';

let server: Server;
let inbox: MemoryInbox;
let customData: string;

beforeEach(async () => {
  const intake = codecommitIntake({ now: Date.now });
  ({ inbox } = intake);
  server = createServer(intake.app.listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  customData = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/codecommit`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

describe('the Lambda function and the route that takes its deliveries', () => {
  it('agree on the signature', async () => {
    const results = await invokeLambda({ Records: [codecommitRecord({ customData })] }, { secret });
    expect(results).toMatchObject([{ status: 202 }]);
    expect(inbox.deliveries()).toMatchObject([
      { deliveryId: '5a824061-17ca-46a9-bbf9-114edeadbeef-1', repository: 'my-repo' },
    ]);
  });

  it('make one delivery of an event that Lambda hands over twice', async () => {
    const event = { Records: [codecommitRecord({ customData })] };
    await invokeLambda(event, { secret });
    const again = await invokeLambda(event, { secret });
    expect(JSON.parse(again[0]?.answer ?? '')).toEqual({ id: inbox.deliveries()[0]?.id, duplicate: true });
    expect(inbox.deliveries()).toHaveLength(1);
  });

  it('tell a function with another secret what is wrong', async () => {
    const event = { Records: [codecommitRecord({ customData })] };
    await expect(invokeLambda(event, { secret: 'another' })).rejects.toThrow(
      /401 .*CODECOMMIT_WEBHOOK_SECRET/,
    );
    expect(inbox.deliveries()).toEqual([]);
  });
});
