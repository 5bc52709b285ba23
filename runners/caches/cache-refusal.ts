import { Refusal } from '../../src/errors.ts';

/** Why one cache is not used, or not kept. No job ends for it. */
export class CacheRefusal extends Refusal<
  'too-large' | 'damaged' | 'key-too-long' | 'no-files' | 'not-packed'
> {}
