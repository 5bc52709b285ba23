import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { pushHeaders, signPush } from './push-body.ts';
import type { LoadOptions, LoadResult } from './run-load.ts';
import { quantile } from './statistics.ts';

/**
 * Sends signed pushes over keep-alive connections, one at a time on each. A process of its own: what it costs must not
 * be taken from the program that is measured. Everything is signed before the clock starts.
 */
const options = JSON.parse(process.argv[2] ?? '') as LoadOptions;
const { template, series, count } = options;
const { hostname, port, pathname } = new URL(options.url);
const bodyLength = template.head.length + 40 + template.tail.length;
const requests = Array.from({ length: count }, (_, index) => {
  const push = signPush(template, series, index);
  const headers = { host: hostname, 'content-length': String(bodyLength), ...pushHeaders(push) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return { head: `POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${template.head}`, nonce: push.nonce };
});

const latenciesMs = new Float64Array(count);
let accepted = 0;
let sent = 0;

/** One request after another until none are left. Answers are told apart by their declared length. */
function drive(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let index = -1;
    let startedAtMs = 0;
    let received = '';
    const next = () => {
      index = sent;
      sent += 1;
      const request = requests[index];
      if (!request) {
        socket.end();
        return resolve();
      }
      startedAtMs = performance.now();
      socket.write(request.head + request.nonce + template.tail, 'latin1');
    };
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (chunk: string) => {
      received += chunk;
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return;
      latenciesMs[index] = performance.now() - startedAtMs;
      if (received.startsWith('HTTP/1.1 202 ')) accepted += 1;
      received = '';
      next();
    });
    socket.once('connect', next);
  });
}

const startedAtMs = performance.now();
await Promise.all(Array.from({ length: options.connections }, () => drive(connect(Number(port), hostname))));
const seconds = (performance.now() - startedAtMs) / 1000;
const sorted = Array.from(latenciesMs);
const result: LoadResult = {
  accepted,
  perSecond: count / seconds,
  p50Ms: quantile(sorted, 0.5),
  p99Ms: quantile(sorted, 0.99),
};
console.log(JSON.stringify(result));
