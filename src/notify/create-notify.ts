import { addressForm, isWebAddress, secretForm } from '../../pipelines/notification.ts';
import { breakerPerTarget } from '../resting-breaker.ts';
import type { SecretVault } from '../runs/forge.ts';
import {
  isDue,
  type Notification,
  type Notify,
  NotifyRefusal,
  resultWord,
  type StatusBefore,
} from '../runs/notification.ts';
import type { AddressRule } from './address-rule.ts';
import { emailMessage } from './email-message.ts';
import { type Post, postRequest } from './post-request.ts';
import type { RunReport } from './run-report.ts';
import { type MailSettings, sendEmail } from './send-email.ts';
import { slackMessage } from './slack-message.ts';
import { travisMessage } from './travis-message.ts';
import { webhookMessage } from './webhook-message.ts';

export type NotifyPorts = {
  statusBefore: StatusBefore;
  vault: SecretVault;
  runUrl: (runId: string) => string;
  now: () => number;
  /** Absent: no e-mail is sent. */
  mail?: MailSettings;
  /** Signs what goes to webhooks; absent: nothing does. */
  secret?: string;
  rule: AddressRule;
};

/**
 * Tells people and programs how runs ended. A target that does not answer time and again is left alone for a while. Secrets in addresses are opened here, at the last moment, and
 * shown nowhere.
 */
export function createNotify(ports: NotifyPorts): Notify {
  const breakerOf = breakerPerTarget((error) => !(error instanceof NotifyRefusal));

  return async (notification, signal) => {
    const { id, on, target, run } = notification;
    const before = await ports.statusBefore({ ...run, ref: run.change.ref });
    if (!isDue(on, run.status, before)) return 'not-due';
    const report: RunReport = {
      id,
      run,
      word: resultWord(run.status, before),
      ...(before === undefined ? {} : { before }),
      runUrl: ports.runUrl(run.id),
    };
    if (target.type === 'email') {
      await breakerOf('mail').execute(() => write(notification, target.to, report, ports, signal), signal);
    } else {
      const url = await opened(run.repository, target.url, isWebAddress, ports.vault);
      const message = messageOf(target, url, report, ports);
      const post = () => postRequest(message, { rule: ports.rule, signal });
      await breakerOf(new URL(url).origin).execute(post, signal);
    }
    return 'sent';
  };
}

function messageOf(
  target: Exclude<Notification['target'], { type: 'email' }>,
  url: string,
  report: RunReport,
  { secret, now }: NotifyPorts,
): Post {
  if (target.type === 'slack') return slackMessage(report, { ...target, url });
  const how = { url, secret, nowMs: now() };
  return target.form === 'travis' ? travisMessage(report, how) : webhookMessage(report, how);
}

async function write(
  { run }: Notification,
  written: 'author' | string[],
  report: RunReport,
  { mail, vault }: NotifyPorts,
  signal: AbortSignal,
): Promise<void> {
  if (!mail)
    throw new NotifyRefusal('not-set-up', 'e-mail is not set up: HOOKLINE_SMTP_URL and HOOKLINE_MAIL_FROM');
  const to: string[] = [];
  for (const each of written === 'author' ? [] : written) {
    to.push(await opened(run.repository, each, (text) => addressForm.test(text), vault));
  }
  if (to.length === 0) throw new NotifyRefusal('refused', 'the commit names no address that somebody reads');
  await sendEmail(emailMessage(report, mail.from), to, mail, signal);
}

/** The address itself, where a secret's name stands in its place. */
async function opened(
  repository: string,
  written: string,
  isAddress: (text: string) => boolean,
  vault: SecretVault,
): Promise<string> {
  const name = secretForm.exec(written)?.[1];
  if (name === undefined) return written;
  const value = (await vault.open(repository, [name]))[name]?.trim();
  if (value === undefined) {
    const remedy = `hookline secrets set ${repository} ${name}`;
    throw new NotifyRefusal('secret-missing', `secret ${name} of ${repository} is not set: ${remedy}`);
  }
  if (isAddress(value)) return value;
  throw new NotifyRefusal('refused', `secret ${name} of ${repository} holds no address`);
}
