import { hash } from 'node:crypto';
import type { OwnDelivery } from '../runs/own-delivery.ts';

/** The row of a delivery that the service writes itself. */
export function ownDeliveryRow(delivery: OwnDelivery) {
  const body = JSON.stringify(delivery.body);
  return {
    id: delivery.id,
    source: 'hookline',
    delivery_id: delivery.deliveryId,
    event: delivery.event,
    repository: delivery.repository,
    lane: delivery.repository,
    // Of two with one body the name alone decides whether they are the same.
    body_sha256: hash('sha256', `${delivery.deliveryId}\n${body}`),
    content_type: 'application/json',
    headers: '{}',
    body: Buffer.from(body),
    correlation_id: delivery.id,
    received_at: delivery.atMs,
    outcome: 'pending',
    tries: 0,
    held_until: 0,
    recovered: delivery.recovered === true ? 1 : 0,
  };
}
