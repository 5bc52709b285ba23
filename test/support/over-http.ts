import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';

/** A listener that can be asked as one asks an app of Hono: each request goes to a server of its own, over loopback. */
export type OverHttp = {
  listener: RequestListener;
  request(path: string, init?: RequestInit): Promise<Response>;
};

export function overHttp(listener: RequestListener): OverHttp {
  return {
    listener,
    async request(path, init) {
      const server = createServer(listener).listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const address = server.address();
        if (address === null || typeof address === 'string') throw new Error('the server has no port');
        const response = await fetch(`http://127.0.0.1:${address.port}${path}`, init);
        const { status, headers } = response;
        return new Response(await response.arrayBuffer(), { status, headers });
      } finally {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      }
    },
  };
}
