import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = { path: string; headers: IncomingHttpHeaders; body: string };

/** Whoever receives a webhook, with the check of the signature that the documentation asks of them. */
export async function startHookReceiver() {
  const received: Received[] = [];
  /** Answers to the next ones; 204 when there are none. */
  const answers: { status: number; location?: string; body?: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    received.push({ path: request.url ?? '', headers: request.headers, body });
    const { status, location, body: said = '' } = answers.shift() ?? { status: 204 };
    response.writeHead(status, location === undefined ? {} : { location }).end(said);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    answers,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function isSignedBy(secret: string, { headers, body }: Received): boolean {
  const timestamp = headers['x-hookline-timestamp'];
  const wanted = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return headers['x-hookline-signature-256'] === `sha256=${wanted}`;
}
