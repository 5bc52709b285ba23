import {
  addressForm,
  isWebAddress,
  type NotificationDefinition,
  type NotificationRule,
  type NotificationTarget,
  type NotifyWhen,
  notifyWhens,
  secretForm,
  usualRule,
} from '../notification.ts';
import { readCondition } from './read-conditions.ts';
import {
  type Fields,
  fieldsOf,
  flagOf,
  isEncrypted,
  itemsOf,
  type Node,
  type Reader,
  textOf,
} from './read-node.ts';
import type { Assignment } from './shell-words.ts';

const mostTargets = 50;

type Channel = {
  /** Where the targets stand in the long form, and the name of the secret that takes the place of an encrypted one. */
  key: string;
  secret: string;
  pullRequests: boolean;
  target(reader: Reader, node: Node, text: string): NotificationTarget | undefined;
};

const channels: Readonly<Record<string, Channel>> = {
  email: { key: 'recipients', secret: 'MAIL_ADDRESS', pullRequests: false, target: emailTarget },
  webhooks: { key: 'urls', secret: 'WEBHOOK_URL', pullRequests: true, target: webhookTarget },
  slack: { key: 'rooms', secret: 'SLACK_URL', pullRequests: true, target: slackTarget },
};

/** Who `notifications` says is to be told. Without a word of e-mail nobody is written to, other than at Travis. */
export function readNotifications(
  reader: Reader,
  node: Node | undefined,
  variables: readonly Assignment[],
): NotificationDefinition[] {
  if (node === undefined || flagOf(node) === false) return [];
  const fields = fieldsOf(node);
  if (fields === undefined) {
    reader.warn(
      node,
      'no mapping of channels',
      'nobody is written to: email, webhooks or slack with their targets',
    );
    return [];
  }
  return [...fields].flatMap(([name, field]) => {
    const channel = channels[name];
    if (channel) return readChannel(reader, name, field, channel, variables);
    if (flagOf(field) !== false) {
      reader.warn(field, `notifications by ${name} are not supported`, 'nobody is told by them');
    }
    return [];
  });
}

function readChannel(
  reader: Reader,
  name: string,
  node: Node,
  { key, secret, pullRequests, target }: Channel,
  variables: readonly Assignment[],
): NotificationDefinition[] {
  if (flagOf(node) === false) return [];
  const fields: Fields | undefined = isEncrypted(node) ? undefined : fieldsOf(node);
  if (fields && flagOf(fields.get('enabled') ?? { path: [], value: true }) === false) return [];
  const written = fields ? fields.get(key) : flagOf(node) === true ? undefined : node;
  const targets: NotificationTarget[] = [];
  for (const item of written === undefined ? [] : itemsOf(written)) {
    if (isEncrypted(item)) {
      const remedy = `hookline secrets set OWNER/REPOSITORY ${secret}, and $${secret} here`;
      reader.warn(item, 'an encrypted value can be read by Travis alone: it is left out', remedy);
      continue;
    }
    for (const text of (textOf(reader, item) ?? '').split(',').map((each) => each.trim())) {
      const found = target(reader, item, text);
      if (found) targets.push(found);
    }
  }
  if (written === undefined && name === 'email') targets.push({ type: 'email', to: 'author' });
  if (targets.length > mostTargets) {
    reader.error(node, `${targets.length} targets of notifications`, `at most ${mostTargets}`);
    return [];
  }
  const on = ruleOf(reader, name, fields);
  const only = fields && readCondition(reader, fields.get('if'), variables);
  const asked = fields?.get('on_pull_requests');
  for (const [option, field] of fields ?? []) {
    if ([key, 'enabled', 'if', 'on_pull_requests', ...ruleKeys].includes(option)) continue;
    reader.warn(
      field,
      `${option} is not carried out`,
      consequences[option] ?? 'the message is sent without it',
    );
  }
  return together(targets).map((each) => ({
    line: reader.map.lineOf(node.path),
    on,
    target: each,
    pullRequests: asked === undefined ? pullRequests : flagOf(asked) === true,
    ...(only ? { only } : {}),
  }));
}

/** One letter to all addresses. */
function together(targets: readonly NotificationTarget[]): NotificationTarget[] {
  const addresses = targets.flatMap((each) => (each.type === 'email' && each.to !== 'author' ? each.to : []));
  const others = targets.filter((each) => each.type !== 'email' || each.to === 'author');
  return addresses.length === 0 ? others : [...others, { type: 'email', to: [...new Set(addresses)] }];
}

const ruleKeys = ['on_success', 'on_failure', 'on_error', 'on_cancel', 'on_start'];

const consequences: Readonly<Record<string, string>> = {
  template: 'the message has the words of hookline',
};

/** Of programs Travis tells whatever happens, so also of what was cancelled. */
function ruleOf(reader: Reader, name: string, fields: Fields | undefined): NotificationRule {
  const usual = usualRule(name === 'email' ? 'email' : 'webhook');
  const at = (key: string) => whenAt(reader, fields?.get(key));
  if (at('on_start') !== undefined && at('on_start') !== 'never') {
    reader.warn(
      fields?.get('on_start') ?? { path: [], value: null },
      'on_start is not carried out',
      'runs are told of when they end',
    );
  }
  const failure = at('on_failure') ?? usual.failure;
  return {
    success: at('on_success') ?? usual.success,
    failure,
    error: at('on_error') ?? failure,
    cancelled: at('on_cancel') ?? (name === 'webhooks' ? 'always' : usual.cancelled),
  };
}

function whenAt(reader: Reader, node: Node | undefined): NotifyWhen | undefined {
  if (node === undefined) return undefined;
  const flag = flagOf(node);
  if (flag !== undefined) return flag ? 'always' : 'never';
  const text = textOf(reader, node);
  const when = notifyWhens.find((each) => each === text);
  if (when === undefined)
    reader.warn(node, `${text ?? 'that'} is no such word: what is usual is done`, notifyWhens.join(', '));
  return when;
}

function emailTarget(reader: Reader, node: Node, text: string): NotificationTarget | undefined {
  if (addressForm.test(text) || secretForm.test(text)) return { type: 'email', to: [text] };
  if (text !== '') reader.warn(node, `${text} is no address: it is left out`, 'such as team@example.com');
  return undefined;
}

function webhookTarget(reader: Reader, node: Node, text: string): NotificationTarget | undefined {
  if (isWebAddress(text) || secretForm.test(text)) return { type: 'webhook', url: text, form: 'travis' };
  if (text !== '')
    reader.warn(node, `${text} is no address: it is left out`, 'such as https://example.com/hook');
  return undefined;
}

/** A secret, an incoming webhook, or the pair `account:token#channel` of Slack's old integration of Travis. */
function slackTarget(reader: Reader, node: Node, text: string): NotificationTarget | undefined {
  if (isWebAddress(text) || secretForm.test(text)) return { type: 'slack', url: text };
  const [, account, token, channel] = /^([\w-]+):([\w-]+)(#.+)?$/.exec(text) ?? [];
  if (account === undefined || token === undefined) {
    const wanted = '$SLACK_URL, a secret that holds the address of an incoming webhook';
    reader.warn(node, 'no room of Slack: it is left out', wanted);
    return undefined;
  }
  const url = `https://${account}.slack.com/services/hooks/travis?token=${token}`;
  return { type: 'slack', url, ...(channel === undefined ? {} : { channel }) };
}
