import type { Expression } from './travis/expression.ts';

/** `change`: when it is another result than that of the run before on the same branch. */
export const notifyWhens = ['always', 'never', 'change'] as const;
export type NotifyWhen = (typeof notifyWhens)[number];

/** By the result of a run. */
export type NotificationRule = {
  success: NotifyWhen;
  failure: NotifyWhen;
  error: NotifyWhen;
  cancelled: NotifyWhen;
};

/** Each address may be the name of a secret that holds it: `$SLACK_URL`. */
export type NotificationTarget =
  | { type: 'email'; to: 'author' | string[] }
  /** What takes the messages of Slack's incoming webhooks. */
  | { type: 'slack'; url: string; channel?: string }
  /** `travis`: with the body that Travis CI sends. */
  | { type: 'webhook'; url: string; form: 'json' | 'travis' };

/** Who is told of the end of which runs. Runs of forks tell nobody: the file is the fork's own. */
export type NotificationDefinition = {
  line: number;
  on: NotificationRule;
  target: NotificationTarget;
  /** Runs of pull requests tell, too. */
  pullRequests: boolean;
  /** Absent: of any branch, and of tags. */
  branches?: { patterns: string[]; line?: number };
  /** What has to hold besides, of files in the language of Travis. */
  only?: Expression;
};

/** What a run tells at its end. */
export type NotificationPlan = Pick<NotificationDefinition, 'on' | 'target'>;

/** As Travis CI has it: people are written to when something changes or is broken, programs are told of everything. */
export function usualRule(type: NotificationTarget['type']): NotificationRule {
  return {
    success: type === 'email' ? 'change' : 'always',
    failure: 'always',
    error: 'always',
    cancelled: 'never',
  };
}

export const addressForm =
  /^[^\s<>()[\],;:"\\@\p{Cc}]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/u;
/** The name of a secret in place of an address. */
export const secretForm = /^\$\{?([A-Za-z_][A-Za-z0-9_]{0,199})\}?$/;

export function isWebAddress(text: string): boolean {
  if (text.length > 2_000 || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
