import { WebhookRefusal } from '../webhook-refusal.ts';

/**
 * The JSON text inside a delivery of content type `application/x-www-form-urlencoded`. The signature is over the
 * whole form, so this comes after verification.
 */
export function jsonOfForm(form: Buffer): Buffer {
  const payload = new URLSearchParams(form.toString('utf8')).get('payload');
  if (payload === null) {
    throw new WebhookRefusal(
      'form-without-payload',
      'the content type says that the body is a form, but it has no field "payload"; send JSON as application/json',
    );
  }
  return Buffer.from(payload, 'utf8');
}
