import { Refusal } from '../errors.ts';

export type BlobRefusalCode =
  | 'bad-key'
  | 'bad-range'
  | 'size-mismatch'
  | 'too-large'
  | 'corrupt'
  | 'closed'
  | 'no-space'
  | 'not-writable'
  | 'no-bucket'
  | 'no-credentials'
  | 'access-denied'
  | 'wrong-region'
  | 'unreachable';

/** An expected no of a blob store; the message names the key or the setting and what to do about it. */
export class BlobRefusal extends Refusal<BlobRefusalCode> {}
