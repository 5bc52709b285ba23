import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type Mail = { from: string; to: string[]; lines: string[] };

/** What a server says to a command in place of what it would say; nothing to go on. */
export type Refuse = (command: string) => string | undefined;

/**
 * Plays a mail server on the loopback: EHLO, AUTH PLAIN, MAIL, RCPT, DATA, QUIT. Keeps what it takes, byte for byte as
 * lines of text, with the dots of RFC 5321, section 4.5.2, taken away.
 */
export async function startMailServer({ refuse = () => undefined }: { refuse?: Refuse } = {}) {
  const mails: Mail[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const settings = { refuse };

  function talk(socket: Socket): void {
    let mail: Mail = { from: '', to: [], lines: [] };
    let isData = false;
    let rest = '';
    const say = (line: string) => socket.write(`${line}\r\n`);

    function take(line: string): void {
      if (isData) {
        if (line !== '.') return void mail.lines.push(line.replace(/^\.\./, '.'));
        isData = false;
        mails.push(mail);
        mail = { from: '', to: [], lines: [] };
        return void say('250 2.0.0 taken');
      }
      commands.push(line);
      const refusal = settings.refuse(line);
      if (refusal !== undefined) return void say(refusal);
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') return void say('250-stand-in\r\n250 AUTH PLAIN');
      if (verb === 'AUTH') return void say('235 2.7.0 welcome');
      if (verb === 'MAIL') mail.from = /<(.*?)>/.exec(line)?.[1] ?? '';
      if (verb === 'RCPT') mail.to.push(/<(.*?)>/.exec(line)?.[1] ?? '');
      if (verb === 'DATA') {
        isData = true;
        return void say('354 go on');
      }
      say(verb === 'QUIT' ? '221 2.0.0 bye' : '250 2.0.0 fine');
      if (verb === 'QUIT') socket.end();
    }

    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    });
    socket.on('error', () => {});
    say('220 stand-in ESMTP');
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    talk(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    mails,
    commands,
    settings,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
