import { Refusal } from '../errors.ts';

/** The database cannot be used as it is; the message says what an operator can do about it. */
export class DatabaseRefusal extends Refusal<
  'unusable' | 'unreachable' | 'denied' | 'missing' | 'too-old' | 'newer'
> {}
