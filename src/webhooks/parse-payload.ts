import { isAscii, isUtf8 } from 'node:buffer';
import { messageOf } from '../errors.ts';
import { WebhookRefusal } from './webhook-refusal.ts';

/**
 * Reads a verified body as a JSON object. JSON between systems is UTF-8 (RFC 8259, section 8.1); other bytes are
 * refused instead of repaired, so that what is stored is what was signed. V8 parses JSON without recursion: depth
 * costs memory in proportion to the body and no stack. `JSON.parse` makes `__proto__` a plain property.
 */
export function parsePayload(body: Buffer): Record<string, unknown> {
  if (!isUtf8(body)) {
    throw new WebhookRefusal('body-not-utf8', 'the body is not UTF-8, which JSON has to be');
  }
  // Most bodies are ASCII, which needs no decoding; that is a third of what the parsing costs.
  const payload = parseJson(body.toString(isAscii(body) ? 'latin1' : 'utf8'));
  if (!isObject(payload)) {
    throw new WebhookRefusal(
      'payload-not-an-object',
      'the body is JSON, but not an object as every event is',
    );
  }
  return payload;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WebhookRefusal('body-not-json', `the body is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** True for what JSON calls an object; arrays are not. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
