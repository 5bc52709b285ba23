import { Refusal } from '../errors.ts';

export class RedisRefusal extends Refusal<
  'not-installed' | 'not-started' | 'not-reached' | 'bad-address' | 'unfit'
> {}
