import { type Config, ConfigRefusal } from '../config.ts';
import { parseAddressRule } from '../notify/address-rule.ts';
import { createNotify, type NotifyPorts } from '../notify/create-notify.ts';
import type { Notify } from '../runs/notification.ts';

/** Tells people and programs how runs ended, as far as it is set up. */
export function openNotify(
  { notify }: Pick<Config, 'notify'>,
  ports: Pick<NotifyPorts, 'statusBefore' | 'vault' | 'runUrl' | 'now'>,
): Notify {
  const parsed = parseAddressRule(notify.allow);
  if (!parsed.ok) throw new ConfigRefusal('invalid', parsed.problems.join('\n'));
  const { mail, secret } = notify;
  return createNotify({
    ...ports,
    ...(mail ? { mail } : {}),
    ...(secret === undefined ? {} : { secret }),
    rule: parsed.rule,
  });
}
