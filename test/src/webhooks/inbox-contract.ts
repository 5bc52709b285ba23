import { hash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Inbox, NewDelivery } from '../../../src/webhooks/inbox.ts';

/** What every adapter of the inbox must do; `open` gives an empty one. */
export function describeInbox(
  name: string,
  open: () => Promise<{ inbox: Inbox; close: () => Promise<void> }>,
): void {
  async function emptyInbox(): Promise<Inbox> {
    const { inbox, close } = await open();
    onTestFinished(close);
    return inbox;
  }

  describe(`the inbox: ${name}`, () => {
    it('records a delivery under our id', async () => {
      const inbox = await emptyInbox();
      expect(await inbox.record(delivery({ id: 'a' }))).toEqual({ outcome: 'recorded', id: 'a' });
    });

    it('answers a redelivery of the same id with the first one, whatever its body', async () => {
      const inbox = await emptyInbox();
      await inbox.record(delivery({ id: 'a', deliveryId: 'guid', body: 'one' }));
      const again = delivery({ id: 'b', deliveryId: 'guid', body: 'two' });
      expect(await inbox.record(again)).toEqual({ outcome: 'duplicate', id: 'a' });
    });

    it('answers a captured body under a new id with the first one', async () => {
      const inbox = await emptyInbox();
      await inbox.record(delivery({ id: 'a', deliveryId: 'guid-1', body: 'same' }));
      const replayed = delivery({ id: 'b', deliveryId: 'guid-2', body: 'same' });
      expect(await inbox.record(replayed)).toEqual({ outcome: 'duplicate', id: 'a' });
    });

    it('keeps what a duplicate brought out of later comparisons', async () => {
      const inbox = await emptyInbox();
      await inbox.record(delivery({ id: 'a', deliveryId: 'guid', body: 'one' }));
      await inbox.record(delivery({ id: 'b', deliveryId: 'guid', body: 'two' }));
      const newGuid = delivery({ id: 'c', deliveryId: 'guid-2', body: 'two' });
      expect(await inbox.record(newGuid)).toEqual({ outcome: 'recorded', id: 'c' });
    });

    it('holds the ids and bodies of different providers apart', async () => {
      const inbox = await emptyInbox();
      await inbox.record(delivery({ id: 'a', source: 'github' }));
      expect(await inbox.record(delivery({ id: 'b', source: 'codecommit' }))).toEqual({
        outcome: 'recorded',
        id: 'b',
      });
    });

    it('records exactly one of a hundred equal deliveries that arrive at once', async () => {
      const inbox = await emptyInbox();
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, index) => inbox.record(delivery({ id: `id-${index}` }))),
      );
      const recorded = outcomes.filter(({ outcome }) => outcome === 'recorded');
      expect(recorded).toHaveLength(1);
      expect(new Set(outcomes.map(({ id }) => id))).toEqual(new Set(recorded.map(({ id }) => id)));
    });

    it('takes a delivery that was refused before', async () => {
      const inbox = await emptyInbox();
      inbox.refuse({
        source: 'github',
        reason: 'signature-mismatch',
        event: 'push',
        status: 401,
        receivedAtMs: 1_000,
        correlationId: 'r',
      });
      expect(await inbox.record(delivery({ id: 'a' }))).toEqual({ outcome: 'recorded', id: 'a' });
    });
  });
}

function delivery({
  body = '{}',
  ...given
}: { body?: string } & Partial<Omit<NewDelivery, 'body'>>): NewDelivery {
  return {
    id: 'id',
    source: 'github',
    deliveryId: 'guid',
    event: 'push',
    bodySha256: hash('sha256', body),
    contentType: 'application/json',
    headers: {},
    body: Buffer.from(body),
    receivedAtMs: 1_000,
    correlationId: 'id',
    ...given,
  };
}
