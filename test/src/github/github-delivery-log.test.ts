import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { tokenAccess } from '../../../src/github/github-access.ts';
import { createGithubDeliveryLog } from '../../../src/github/github-delivery-log.ts';

const signal = new AbortController().signal;

/** A log whose only answer is this text; the tests of recovery read a whole one. */
async function logOf(text: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(200, { connection: 'close' }).end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    log: createGithubDeliveryLog({ apiUrl, access: tokenAccess('token'), hookUrl: 'https://ci.example.org' }),
    asked,
  };
}

it('ids too large for a number are kept whole', async () => {
  const entry = '"guid":"g","delivered_at":"2026-11-20T10:00:00Z","event":"push","status_code":0';
  const { log, asked } = await logOf(`[{"id":92233720368547758071,${entry}},{"id":7,${entry}}]`);
  const { attempts } = await log.sentSince({ repository: 'octo/app', id: '5' }, 0, { signal });
  expect(attempts.map(({ id }) => id)).toEqual(['92233720368547758071', '7']);
  expect(asked).toEqual(['GET /repos/octo/app/hooks/5/deliveries?per_page=100 Bearer token']);
});

it('an answer that is no log is an error that says what was wrong with it', async () => {
  const { log } = await logOf('{"message":"hello"}');
  await expect(log.sentSince({ repository: 'octo/app', id: '5' }, 0, { signal })).rejects.toThrow(/array/);
});
