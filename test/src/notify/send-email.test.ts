import { afterEach, describe, expect, it } from 'vitest';
import { emailMessage } from '../../../src/notify/email-message.ts';
import { sendEmail } from '../../../src/notify/send-email.ts';
import { NotifyRefusal } from '../../../src/runs/notification.ts';
import { startMailServer } from './mail-server.ts';
import { endedRun, sampleReport } from './sample-report.ts';

type Server = Awaited<ReturnType<typeof startMailServer>>;
const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((each) => each.close())));

async function server(): Promise<Server> {
  const started = await startMailServer();
  servers.push(started);
  return started;
}

const from = 'hookline <ci@example.com>';
const signal = AbortSignal.timeout(30_000);
const send = (port: number, report = sampleReport(), to = ['team@example.com'], user = '') =>
  sendEmail(emailMessage(report, from), to, { smtpUrl: `smtp://${user}127.0.0.1:${port}`, from }, signal);
const headOf = (lines: readonly string[]) => lines.slice(0, lines.indexOf(''));
const failed = (sending: Promise<void>) =>
  sending.then(
    () => 'was sent',
    (error: unknown) => error,
  );

describe('a letter', () => {
  it('says what, where, whose and why, with the link', async () => {
    const { port, mails } = await server();
    await send(port, sampleReport(), ['team@example.com', 'ops@example.com']);
    const [mail] = mails;
    expect(mail).toMatchObject({ from: 'ci@example.com', to: ['team@example.com', 'ops@example.com'] });
    const text = mail?.lines.join('\n') ?? '';
    expect(text).toContain('Subject: Broken: octo/app #42 (main) Mend the pump');
    expect(text).toContain('Message-ID: <run01-0-68000@example.com>');
    expect(text).toContain('Auto-Submitted: auto-generated');
    expect(text).toContain('Run #42 of octo/app: Broken, in 1 min 6 s');
    expect(text).toContain('https://ci.example.com/runs/run01');
    expect(text).toContain('test, step npm test: exited with code 1');
  });

  it('gets no line of its head from what strangers write', async () => {
    const { port, mails } = await server();
    const hostile = 'x\r\nBcc: all@example.com\r\n\r\n<html>\u2028Bcc: b@example.com';
    const change = { ...endedRun().change, title: hostile, branch: hostile, author: { name: hostile } };
    const failures = [
      { job: hostile, status: 'failure' as const, step: hostile, message: '.\r\n.\r\nMAIL FROM:<>' },
    ];
    await send(port, sampleReport({ run: endedRun({ change, failed: failures, repository: 'octo/app' }) }));
    expect(mails).toHaveLength(1);
    const names = headOf(mails[0]?.lines ?? [])
      .filter((line) => !/^\s/.test(line))
      .map((line) => line.split(':', 1)[0]?.toLowerCase());
    expect(names).not.toContain('bcc');
    expect(new Set(names).size).toBe(names.length);
    expect(mails[0]?.to).toEqual(['team@example.com']);
  });

  it('has a subject of words in any script', async () => {
    const { port, mails } = await server();
    const change = { ...endedRun().change, title: 'Größe: 漢字 🚀' };
    await send(port, sampleReport({ run: endedRun({ change }) }));
    expect(headOf(mails[0]?.lines ?? []).join('\n')).toMatch(/^Subject: .*=\?UTF-8\?/m);
  });

  it('is not sent by a password without TLS, but to this very machine', async () => {
    const { port, commands, mails } = await server();
    await send(port, sampleReport(), ['team@example.com'], 'ada:p%40ss@');
    expect(commands).toContain(`AUTH PLAIN ${Buffer.from('\0ada\0p@ss').toString('base64')}`);
    expect(mails).toHaveLength(1);
  });

  it.each([
    ['550 5.1.1 nobody here', true],
    ['451 4.3.0 later', false],
    ['421 4.7.0 too many', false],
  ])('that is answered by %s is given up: %s', async (answer, isForGood) => {
    const { port, settings } = await server();
    settings.refuse = (command) => (command.startsWith('RCPT') ? answer : undefined);
    const error = await failed(send(port));
    expect(error).toBeInstanceOf(Error);
    expect(error instanceof NotifyRefusal).toBe(isForGood);
    expect(String(error)).toContain(answer.slice(10));
  });

  it('is given up when the password is wrong, and nothing shows it', async () => {
    const { port, settings } = await server();
    settings.refuse = (command) => (command.startsWith('AUTH') ? '535 5.7.8 wrong' : undefined);
    const error = await failed(send(port, sampleReport(), ['team@example.com'], 'ada:hush-hush@'));
    expect(error).toBeInstanceOf(NotifyRefusal);
    expect(String(error)).not.toContain('hush-hush');
  });

  it('is tried again when nobody answers', async () => {
    const gone = await startMailServer();
    await gone.close();
    const error = await failed(send(gone.port));
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(NotifyRefusal);
  });

  it('is called off with its signal', async () => {
    const { port, settings } = await server();
    const stop = new AbortController();
    settings.refuse = (command) => {
      if (command.startsWith('EHLO')) stop.abort(new Error('stopped'));
      // A line that begins an answer of several and never ends it.
      return '250-wait';
    };
    const letter = emailMessage(sampleReport(), from);
    const settingsOf = { smtpUrl: `smtp://127.0.0.1:${port}`, from };
    const error = await failed(sendEmail(letter, ['team@example.com'], settingsOf, stop.signal));
    expect(String(error)).toContain('stopped');
  });
});
