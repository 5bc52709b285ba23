import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What a server does to whoever asks: fail, limit the rate, answer late, never answer, do what it was asked and break
 * the connection before it says so, or break it in the middle of what it is sent.
 */
export type ProxyFault = '502' | 'limited' | 'late' | 'never' | 'answer lost' | 'cut';

export type FaultyProxy = {
  readonly url: string;
  fault: ProxyFault | undefined;
  /** Breaks every connection: whoever waits for an answer gets none. */
  hangUp(): void;
  close(): Promise<void>;
};

const lateMs = 5_000;

/** Stands before the server at `target`. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { port, pathname } = new URL(target);
  const stop = new AbortController();
  let fault: ProxyFault | undefined;

  const server: Server = createServer((asked, answer) => {
    void (async () => {
      const doing = fault;
      if (doing === 'never') return;
      if (doing === '502') return void answer.writeHead(502).end('{"message":"Bad Gateway"}');
      if (doing === 'limited') {
        const headers = { 'retry-after': '1', 'x-ratelimit-remaining': '0' };
        return void answer
          .writeHead(403, headers)
          .end('{"message":"You have exceeded a secondary rate limit"}');
      }
      if (doing === 'late') await sleep(lateMs, undefined, { signal: stop.signal });
      // Whoever hung up meanwhile does not get done what was asked, as behind any proxy.
      if (asked.socket.destroyed) return;
      const { method, headers, url } = asked;
      const passed = request({ host: '127.0.0.1', port, path: url, method, headers }, (given) => {
        if (doing === 'answer lost') {
          given.resume();
          return void answer.destroy();
        }
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      if (doing === 'cut') {
        // Whatever came by then has gone on; a request without a body is cut before it is whole.
        asked.once('data', (chunk: Buffer) => passed.write(chunk.subarray(0, chunk.length / 2)));
        asked.once('data', () => setImmediate(() => passed.destroy()));
        asked.once('end', () => passed.destroy());
        return;
      }
      asked.pipe(passed);
    })().catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    get fault() {
      return fault;
    },
    set fault(next) {
      fault = next;
    },
    hangUp: () => server.closeAllConnections(),
    async close() {
      stop.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
