import type { HeaderLookup } from './intake-route.ts';
import { WebhookRefusal } from './webhook-refusal.ts';

/** The value of a header that a delivery must have, in the form it must have. `name` as the provider spells it. */
export function requiredHeader(header: HeaderLookup, name: string, form: RegExp): string {
  const value = header(name.toLowerCase());
  if (value === undefined || value === '') {
    throw new WebhookRefusal('header-missing', `the header ${name} is missing`);
  }
  if (!form.test(value)) {
    throw new WebhookRefusal('header-malformed', `the header ${name} does not have the form ${form.source}`);
  }
  return value;
}
