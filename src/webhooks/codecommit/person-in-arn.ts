import { titleFrom } from '../plain-text.ts';

/** `arn:aws:iam::111122223333:user/Mary_Major` and `…:assumed-role/Role/session` name the person last. */
export function personInArn(arn: string | null | undefined): string | undefined {
  const last = titleFrom(arn?.split(/[:/]/).at(-1) ?? '');
  return last === '' ? undefined : last;
}
