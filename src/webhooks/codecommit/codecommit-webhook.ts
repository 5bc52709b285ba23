import { usableSecrets } from '../hmac-signature.ts';
import { type IntakePorts, type IntakeRoute, intakeRoute } from '../intake-route.ts';
import { timestampedSignature } from '../timestamped-signature.ts';
import { acceptCodecommitEvent } from './accept-codecommit-event.ts';

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
        const verify = timestampedSignature({
          header,
          secrets: usable,
          secretName: 'CODECOMMIT_WEBHOOK_SECRET',
          toleranceSeconds,
          nowMs: receivedAtMs,
        });
        return (body) => {
          verify(body);
          const userAgent = header('user-agent');
          const headers = userAgent === undefined ? {} : { 'user-agent': userAgent.slice(0, 200) };
          return acceptCodecommitEvent(body, header('content-type') ?? '', headers);
        };
      },
    },
    ports,
  );
}
