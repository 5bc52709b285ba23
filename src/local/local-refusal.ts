import { Refusal } from '../errors.ts';

export const localRefusalCodes = [
  'usage',
  'no-working-tree',
  'no-pipeline',
  'broken-pipeline',
  'unknown-name',
  'secret-missing',
  'not-allowed',
  'git-failed',
] as const;

/** Why `hookline init` or `hookline run` cannot do what it was asked for; nothing has been started then. */
export class LocalRefusal extends Refusal<(typeof localRefusalCodes)[number]> {}
