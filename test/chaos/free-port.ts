import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that stays the same over restarts, which 0 would not. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the server listened on no port');
  return address.port;
}
