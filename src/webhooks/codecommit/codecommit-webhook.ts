import { hash } from 'node:crypto';
import { z } from 'zod';
import { usableSecrets } from '../hmac-signature.ts';
import { type Accepted, type IntakePorts, type IntakeRoute, intakeRoute } from '../intake-route.ts';
import { parsePayload } from '../parse-payload.ts';
import { readPayload } from '../read-payload.ts';
import { recordIdentity, recordsOf } from './codecommit-event.ts';
import { bridgeSignature } from './verify-bridge-signature.ts';

export type CodecommitOptions = {
  /** Any of them signs; several during a rotation. */
  secrets: readonly string[];
  /** How far the bridge's clock may be from ours, either way. */
  toleranceSeconds?: number;
};

/**
 * `POST /webhooks/codecommit`: events of CodeCommit triggers, which AWS does not sign, sent on and signed by the
 * Lambda bridge. `X-Hookline-Timestamp: <unix seconds>`, `X-Hookline-Signature-256: sha256=<hex>` over
 * `<timestamp>.<raw body>`. The bridge may sign the same event again when it retries.
 */
export function codecommitWebhook({
  secrets,
  toleranceSeconds = 300,
  ...ports
}: CodecommitOptions & IntakePorts): IntakeRoute {
  const usable = usableSecrets(secrets);

  return intakeRoute(
    {
      source: 'codecommit',
      path: '/webhooks/codecommit',
      claimedEvent: () => 'other',
      admit(header, receivedAtMs) {
        const verify = bridgeSignature({ header, secrets: usable, toleranceSeconds, nowMs: receivedAtMs });
        return (body) => {
          verify(body);
          return acceptSigned(body, header('content-type') ?? '', header('user-agent'));
        };
      },
    },
    ports,
  );
}

const identities = z.tuple([recordIdentity], recordIdentity);

function acceptSigned(body: Buffer, contentType: string, userAgent: string | undefined): Accepted {
  const [first, ...others] = readPayload(identities, recordsOf(parsePayload(body)), 'a CodeCommit event');
  const idOf = (record: typeof first) => `${record.eventId}-${record.eventPartNumber}`;
  return {
    deliveryId: others.length === 0 ? idOf(first) : hash('sha256', [first, ...others].map(idOf).join(' ')),
    event: first.eventName,
    repository: first.eventSourceARN.repository,
    contentType: contentType.slice(0, 200),
    headers: userAgent === undefined ? {} : { 'user-agent': userAgent.slice(0, 200) },
    body,
  };
}
