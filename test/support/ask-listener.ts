import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A listener of node:http that can be asked as one asks an app of Hono: thousands of times a second, over no socket. */
export type Askable = { listener: RequestListener; request(path: string, asked?: Asked): Promise<Response> };

type Asked = { method?: string; headers?: [string, string][]; body?: string | Uint8Array };

export function askable(listener: RequestListener): Askable {
  return {
    listener,
    async request(path, asked = {}) {
      const request = requestOf(path, asked);
      const response = new ServerResponse(request);
      const { promise, resolve } = Promise.withResolvers<void>();
      const sent: Buffer[] = [];
      const wire = new Duplex({
        read() {},
        write(chunk: Buffer, _encoding, done) {
          sent.push(chunk);
          done();
        },
      });
      response.assignSocket(wire as Socket);
      response.once('finish', resolve);
      listener(request, response);
      await promise;
      return answerIn(Buffer.concat(sent));
    },
  };
}

/** As node's parser makes it of a request that has come whole. */
function requestOf(path: string, { method = 'GET', headers = [], body = '' }: Asked): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  const bytes = Buffer.from(body);
  Object.assign(request, { method, url: path, complete: true });
  Object.assign(request.headers, Object.fromEntries(headers), { 'content-length': String(bytes.length) });
  if (bytes.length > 0) request.push(bytes);
  request.push(null);
  return request;
}

function answerIn(wire: Buffer): Response {
  const end = wire.indexOf('\r\n\r\n');
  const [first = '', ...lines] = wire.subarray(0, end).toString('latin1').split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return new Response(new Uint8Array(wire.subarray(end + 4)), {
    status: Number(first.split(' ')[1]),
    headers,
  });
}
