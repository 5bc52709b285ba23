import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookRefusal } from './webhook-refusal.ts';

/**
 * Reads `sha256=<64 hex digits>`, the form GitHub gave this kind of header, into the 32 bytes it stands for.
 * `name` is the header's, for the sender to read.
 */
export function parseSignature(name: string, value: string | undefined): Buffer {
  if (value === undefined || value === '') {
    throw new WebhookRefusal(
      'signature-missing',
      `the header ${name} is missing: give the webhook the secret that hookline has, so that its deliveries are signed`,
    );
  }
  if (!/^sha256=[0-9a-f]{64}$/i.test(value)) {
    throw new WebhookRefusal('signature-malformed', `the header ${name} is not "sha256=" and 64 hex digits`);
  }
  return Buffer.from(value.slice('sha256='.length), 'hex');
}

/**
 * Whether one of the secrets made this HMAC-SHA-256 over the parts, taken as one text. Each comparison takes the
 * same time wherever the digests differ; that a first secret answers sooner than a second tells a stranger, who
 * has neither, nothing.
 */
export function isSignedWithOneOf(
  secrets: readonly string[],
  signature: Buffer,
  ...parts: readonly (string | Uint8Array)[]
): boolean {
  return secrets.some((secret) => {
    const hmac = createHmac('sha256', secret);
    for (const part of parts) hmac.update(part);
    return timingSafeEqual(hmac.digest(), signature);
  });
}

/** An empty variable is no secret: the empty key would let anybody sign. */
export function usableSecrets(secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => secret.trim() !== '');
}
