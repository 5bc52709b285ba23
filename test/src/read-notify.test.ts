import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/compose/read-settings.ts';
import { ConfigRefusal, readConfig } from '../../src/config.ts';

const set = {
  HOOKLINE_SMTP_URL: 'smtps://ada:p%40ss@mail.example.com:465',
  HOOKLINE_MAIL_FROM: 'hookline <ci@example.com>',
  HOOKLINE_NOTIFY_SECRET: 'sixteen letters and more',
  HOOKLINE_NOTIFY_ALLOW: 'chat.corp, 10.0.0.0/8',
};

describe('the settings of notifications', () => {
  it('are read', () => {
    expect(readConfig(set).notify).toEqual({
      mail: { smtpUrl: set.HOOKLINE_SMTP_URL, from: set.HOOKLINE_MAIL_FROM },
      secret: set.HOOKLINE_NOTIFY_SECRET,
      allow: set.HOOKLINE_NOTIFY_ALLOW,
    });
    expect(readConfig({}).notify).toEqual({});
  });

  it.each([
    ['HOOKLINE_SMTP_URL', 'https://mail.example.com'],
    ['HOOKLINE_SMTP_URL', 'smtp://mail.example.com/?tls=no'],
    ['HOOKLINE_SMTP_URL', ''],
    ['HOOKLINE_MAIL_FROM', 'hookline'],
    ['HOOKLINE_MAIL_FROM', 'a@example.com, b@example.com'],
    ['HOOKLINE_MAIL_FROM', ''],
    ['HOOKLINE_NOTIFY_SECRET', 'short'],
    ['HOOKLINE_NOTIFY_ALLOW', '10.0.0.0/99'],
  ])('stop the start when %s is "%s"', (name, value) => {
    const read = () => readSettings({ ...set, [name]: value });
    expect(read).toThrow(ConfigRefusal);
    expect(read).toThrow(name);
  });

  it('do not show the password of the mail server in what is wrong with it', () => {
    const read = () => readSettings({ ...set, HOOKLINE_SMTP_URL: 'smtp://ada:hush-hush@mail example' });
    expect(read).toThrow(/^(?!.*hush-hush).*HOOKLINE_SMTP_URL/s);
  });
});
