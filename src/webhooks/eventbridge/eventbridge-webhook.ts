import { hash, timingSafeEqual } from 'node:crypto';
import { usableSecrets } from '../hmac-signature.ts';
import { type HeaderLookup, type IntakePorts, type IntakeRoute, intakeRoute } from '../intake-route.ts';
import { parsePayload } from '../parse-payload.ts';
import { WebhookRefusal } from '../webhook-refusal.ts';
import { acceptEventbridgeEvent } from './eventbridge-event.ts';

export type EventbridgeOptions = {
  /** Any of them opens; several during a rotation. */
  keys: readonly string[];
};

/** An event is far smaller; this is what EventBridge may come to take. */
const maxBytes = 2 * 1024 * 1024;

/**
 * `POST /webhooks/eventbridge`: events of CodeCommit that a rule of EventBridge sends to an API destination. EventBridge
 * signs nothing: the connection's key is all that proves them, so it travels with each of them and needs https. It tries
 * again for up to a day, and an old event is no forged one.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
 */
export function eventbridgeWebhook({ keys, ...ports }: EventbridgeOptions & IntakePorts): IntakeRoute {
  const digests = usableSecrets(keys).map(digestOf);

  return intakeRoute(
    {
      source: 'codecommit',
      path: '/webhooks/eventbridge',
      claimedEvent: () => 'other',
      admit(header) {
        checkKey(header, digests);
        return (body) => acceptEventbridgeEvent(parsePayload(body), body, header('content-type') ?? '', {});
      },
    },
    { maxBytes, ...ports },
  );
}

/** Digests are compared, which are of one length, in a time that says nothing of where they differ. */
function checkKey(header: HeaderLookup, digests: readonly Buffer[]): void {
  if (digests.length === 0) {
    throw new WebhookRefusal(
      'secret-not-configured',
      'hookline has no key for EventBridge and takes nothing without: set CODECOMMIT_EVENTBRIDGE_KEY to the key of the connection',
    );
  }
  const given = header('x-api-key') ?? /^Bearer +(\S+)$/i.exec(header('authorization') ?? '')?.[1];
  if (given === undefined || given === '') {
    throw new WebhookRefusal(
      'key-missing',
      'the key is missing: have the connection send it as "X-Api-Key: KEY" or "Authorization: Bearer KEY"',
    );
  }
  const digest = digestOf(given);
  if (digests.some((known) => timingSafeEqual(known, digest))) return;
  throw new WebhookRefusal('key-mismatch', 'the key is not the one of CODECOMMIT_EVENTBRIDGE_KEY');
}

function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
