import { hash } from 'node:crypto';
import { z } from 'zod';
import { acceptEventbridgeEvent, isOfEventbridge } from '../eventbridge/eventbridge-event.ts';
import type { Accepted } from '../intake-route.ts';
import { parsePayload } from '../parse-payload.ts';
import { readPayload } from '../read-payload.ts';
import { recordIdentity, recordsOf } from './codecommit-event.ts';

const identities = z.tuple([recordIdentity], recordIdentity);

/**
 * An event of CodeCommit, proved by whoever brought it. A trigger's id is the event's own, the same on every way: what comes by the
 * bridge and by SNS is one delivery.
 */
export function acceptCodecommitEvent(
  body: Buffer,
  contentType: string,
  headers: Record<string, string>,
): Accepted {
  const payload = parsePayload(body);
  if (isOfEventbridge(payload)) return acceptEventbridgeEvent(payload, body, contentType, headers);
  const [first, ...others] = readPayload(identities, recordsOf(payload), 'a CodeCommit event');
  const idOf = (record: typeof first) => `${record.eventId}-${record.eventPartNumber}`;
  return {
    deliveryId: others.length === 0 ? idOf(first) : hash('sha256', [first, ...others].map(idOf).join(' ')),
    event: first.eventName,
    repository: first.eventSourceARN.repository,
    contentType: contentType.slice(0, 200),
    headers,
    body,
  };
}
