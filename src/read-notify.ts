/** How people and programs are told how runs end. */
export type NotifySettings = Readonly<{
  mail?: Readonly<{ smtpUrl: string; from: string }>;
  /** Signs what webhooks are sent. */
  secret?: string;
  /** Who may be called though nobody else may: see `notify/address-rule.ts`. */
  allow?: string;
}>;

type Check = <T>(name: string, wanted: string, parse: (text: string) => T | undefined) => T | undefined;

/** What notifications need, as far as it is set. `allow` is read where it is used. */
export function readNotify(
  read: (name: string) => string | undefined,
  check: Check,
  problems: string[],
): NotifySettings {
  const smtpUrl = check('HOOKLINE_SMTP_URL', 'smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT', (text) =>
    /^smtps?:\/\/[^/\s]+\/?$/.test(text) && URL.canParse(text) ? text : undefined,
  );
  const from = check('HOOKLINE_MAIL_FROM', 'an address such as hookline <ci@example.com>', (text) =>
    /^([^<>@\p{Cc}]{1,100} <[^\s<>@]+@[\w.-]+>|[^\s<>@]+@[\w.-]+)$/u.test(text) ? text : undefined,
  );
  if ((read('HOOKLINE_SMTP_URL') === undefined) !== (read('HOOKLINE_MAIL_FROM') === undefined)) {
    problems.push('HOOKLINE_SMTP_URL and HOOKLINE_MAIL_FROM go together, and one of them is not set');
  }
  const secret = check('HOOKLINE_NOTIFY_SECRET', 'at least 16 characters', (text) =>
    text.length >= 16 ? text : undefined,
  );
  const allow = read('HOOKLINE_NOTIFY_ALLOW');
  return {
    ...(smtpUrl === undefined || from === undefined ? {} : { mail: { smtpUrl, from } }),
    ...(secret === undefined ? {} : { secret }),
    ...(allow === undefined ? {} : { allow }),
  };
}
