import { describe, expect, it, onTestFinished } from 'vitest';
import { recordGroup } from '../../../src/sql/delivery-group.ts';
import { insertOneByOne, insertTogether } from '../../../src/sql/insert-deliveries.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { sampleDelivery } from '../runs/sample-run.ts';

describe.each([
  ['one by one', insertOneByOne],
  ['together', insertTogether],
])('a group of deliveries, inserted %s', (_, insert) => {
  async function open() {
    const db = await openSqlite(':memory:');
    onTestFinished(() => db.destroy());
    return db;
  }

  it('stores each field of each row', async () => {
    const db = await open();
    const delivery = { ...sampleDelivery('a'), recovered: true as const };
    expect(await recordGroup(db, [delivery], insert)).toEqual([{ outcome: 'recorded', id: 'a' }]);
    const [row] = await db.selectFrom('deliveries').selectAll().execute();
    expect(row).toMatchObject({
      id: 'a',
      source: delivery.source,
      delivery_id: delivery.deliveryId,
      event: delivery.event,
      repository: delivery.repository ?? null,
      lane: delivery.repository ?? '',
      body_sha256: delivery.bodySha256,
      content_type: delivery.contentType,
      headers: JSON.stringify(delivery.headers),
      correlation_id: delivery.correlationId,
      received_at: delivery.receivedAtMs,
      outcome: 'pending',
      tries: 0,
      held_until: 0,
      recovered: 1,
    });
    expect(Buffer.from(row?.body ?? []).equals(Buffer.from(delivery.body))).toBe(true);
  });

  it('says of each whether it is new, also of two equal ones in one group', async () => {
    const db = await open();
    const named = (id: string, what: string) => ({
      ...sampleDelivery(id),
      deliveryId: `guid-${what}`,
      bodySha256: what.padEnd(64, '0'),
    });
    await recordGroup(db, [named('a', '1')], insert);
    const group = [named('b', '1'), named('c', '2'), named('d', '2'), named('e', '3')];
    expect(await recordGroup(db, group, insert)).toEqual([
      { outcome: 'duplicate', id: 'a' },
      { outcome: 'recorded', id: 'c' },
      { outcome: 'duplicate', id: 'c' },
      { outcome: 'recorded', id: 'e' },
    ]);
  });
});
