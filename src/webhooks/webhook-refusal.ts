import { Refusal } from '../errors.ts';

/**
 * Why a delivery is turned away, and what the sender is told. The list is closed: refusals are counted by it. 400
 * is for senders whose signature was good and nobody else.
 */
const statusByCode = {
  'secret-not-configured': 401,
  'signature-missing': 401,
  'signature-malformed': 401,
  'signature-mismatch': 401,
  'timestamp-missing': 401,
  'timestamp-malformed': 401,
  'timestamp-outside-window': 401,
  'key-missing': 401,
  'key-mismatch': 401,
  'topic-not-allowed': 401,
  'envelope-malformed': 401,
  'certificate-url-refused': 401,
  'certificate-invalid': 401,
  'certificate-unavailable': 503,
  'subscribe-url-refused': 400,
  'confirmation-failed': 503,
  'content-type-refused': 415,
  'body-too-large': 413,
  'body-cut-off': 408,
  'header-missing': 400,
  'header-malformed': 400,
  'form-without-payload': 400,
  'body-not-utf8': 400,
  'body-not-json': 400,
  'payload-not-an-object': 400,
  'event-does-not-fit': 400,
  'repository-unknown': 400,
  'payload-malformed': 400,
  'too-many-large-bodies': 503,
} as const satisfies Record<string, 400 | 401 | 408 | 413 | 415 | 503>;

export type WebhookRefusalCode = keyof typeof statusByCode;
export type WebhookRefusalStatus = (typeof statusByCode)[WebhookRefusalCode];

export class WebhookRefusal extends Refusal<WebhookRefusalCode> {
  readonly status: WebhookRefusalStatus;

  constructor(code: WebhookRefusalCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.status = statusByCode[code];
  }
}
