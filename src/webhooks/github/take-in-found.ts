import { hash } from 'node:crypto';
import type { TakeIn } from '../../runs/delivery-log.ts';
import type { Inbox } from '../inbox.ts';
import { readProved } from './github-webhook.ts';

/**
 * Records what GitHub itself, asked over its API, says that it sent. There is no signature to check any more; all else
 * is checked as if it had arrived. Should the real one still come, its id makes it a duplicate.
 */
export function takeInFound({
  inbox,
  now,
  newId,
}: {
  inbox: Pick<Inbox, 'record'>;
  now: () => number;
  newId: () => string;
}): TakeIn {
  return async ({ hook, attempt, payload }) => {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'x-github-delivery': attempt.deliveryId,
      'x-github-event': attempt.event,
      'x-github-hook-id': hook.id,
      'x-github-hook-installation-target-type': 'repository',
    };
    const accepted = readProved((name) => headers[name], Buffer.from(payload, 'utf8'));
    const id = newId();
    return inbox.record({
      ...accepted,
      id,
      source: 'github',
      bodySha256: hash('sha256', accepted.body),
      receivedAtMs: now(),
      correlationId: id,
      recovered: true,
    });
  };
}
