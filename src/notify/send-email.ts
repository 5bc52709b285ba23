import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { messageOf } from '../errors.ts';
import { NotifyRefusal } from '../runs/notification.ts';
import type { Letter } from './email-message.ts';

export type MailSettings = { smtpUrl: string; from: string };

const connectMs = 5_000;
const silenceMs = 10_000;

/**
 * Hands one letter to the mail server, by a connection of its own. TLS is begun where the server offers it, and asked
 * for wherever a password is sent to another machine. Resolves when the server has taken it for at least one address.
 */
export async function sendEmail(
  letter: Letter,
  to: readonly string[],
  { smtpUrl, from }: MailSettings,
  signal: AbortSignal,
): Promise<void> {
  // Loaded when there is a letter: most processes never send one.
  const { createTransport } = await import('nodemailer');
  signal.throwIfAborted();
  const url = new URL(smtpUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  const port = Number(url.port) || (secure ? 465 : 587);
  // Opened here, so that it can be cut: the library waits for the server whatever the caller does.
  const socket = await connectTo({ host, port }, signal);
  const stop = () => socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const transport = createTransport({
    host,
    port,
    getSocket: (_options, callback) => callback(null, { connection: socket }),
    secure,
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    requireTLS: !secure && user !== '' && !/^(localhost|127\.[\d.]+|::1)$/.test(host),
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      to: to.map((address) => ({ name: '', address })),
      subject: letter.subject,
      text: letter.text,
      messageId: letter.messageId,
      headers: letter.headers,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  } catch (error) {
    signal.throwIfAborted();
    const said = `the mail server ${host} does not take it: ${messageOf(error)}`;
    throw isForGood(error) ? new NotifyRefusal('refused', said) : new Error(said);
  } finally {
    signal.removeEventListener('abort', stop);
    transport.close();
    socket.destroySoon();
  }
}

async function connectTo(place: { host: string; port: number }, signal: AbortSignal): Promise<Socket> {
  const socket = connect(place);
  // The library listens later on, and an error that nobody listens to ends the process.
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(connectMs)]) });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw new Error(`the mail server ${place.host} is not reached: ${messageOf(error)}`);
  }
}

/** RFC 5321, section 4.2.1: what begins with 5 says the same tomorrow; a password that is wrong is for a person. */
function isForGood(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === 'EAUTH') return true;
  return 'responseCode' in error && typeof error.responseCode === 'number' && error.responseCode >= 500;
}
