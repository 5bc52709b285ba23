import { isSignedWithOneOf, parseSignature } from './hmac-signature.ts';
import type { HeaderLookup } from './intake-route.ts';
import { WebhookRefusal } from './webhook-refusal.ts';

type TimestampedSignature = {
  header: HeaderLookup;
  secrets: readonly string[];
  /** The setting that the sender's secret belongs into. */
  secretName: string;
  toleranceSeconds: number;
  nowMs: number;
};

/**
 * Checks what the headers say, then gives the check of the body. `X-Hookline-Timestamp: <unix seconds>` and
 * `X-Hookline-Signature-256: sha256=<hex>`, an HMAC-SHA-256 over `<timestamp>.<raw body>`: the time is part of what is
 * signed, so a captured request is worth nothing after the tolerance; within it the delivery's id makes it a duplicate.
 */
export function timestampedSignature({
  header,
  secrets,
  secretName,
  toleranceSeconds,
  nowMs,
}: TimestampedSignature): (body: Buffer) => void {
  if (secrets.length === 0) {
    throw new WebhookRefusal(
      'secret-not-configured',
      `hookline has no secret for this address and takes no unsigned deliveries: set ${secretName} to the secret the sender signs with`,
    );
  }
  const signature = parseSignature('X-Hookline-Signature-256', header('x-hookline-signature-256'));
  const timestamp = timestampIn(header('x-hookline-timestamp'));
  const differenceSeconds = Math.abs(nowMs / 1000 - Number(timestamp));
  if (differenceSeconds > toleranceSeconds) {
    throw new WebhookRefusal(
      'timestamp-outside-window',
      `X-Hookline-Timestamp is ${Math.round(differenceSeconds)} s from this server's clock, more than ${toleranceSeconds} s: set the clocks right, and sign again before each retry`,
    );
  }
  return (body) => {
    if (isSignedWithOneOf(secrets, signature, `${timestamp}.`, body)) return;
    throw new WebhookRefusal(
      'signature-mismatch',
      `X-Hookline-Signature-256 does not match "<timestamp>.<body>": the secret of the sender is not ${secretName}, or something on the way changed the body`,
    );
  };
}

function timestampIn(value: string | undefined): string {
  if (value === undefined || value === '') {
    throw new WebhookRefusal('timestamp-missing', 'the header X-Hookline-Timestamp is missing');
  }
  if (!/^\d{1,12}$/.test(value)) {
    throw new WebhookRefusal(
      'timestamp-malformed',
      'the header X-Hookline-Timestamp must be whole seconds since 1970',
    );
  }
  return value;
}
