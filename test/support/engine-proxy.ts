import { rm } from 'node:fs/promises';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';

/** A container engine that can be taken away and given back: a socket in front of the real one. */
export type EngineProxy = {
  readonly dockerHost: string;
  /** Breaks every connection and takes the socket away, as a daemon that dies does. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
};

/** In front of the engine that answers at `dockerHost`. Starts without a socket: call `up`. */
export function engineProxy(socketPath: string, dockerHost: string): EngineProxy {
  const target = addressOf(dockerHost);
  const open = new Set<Socket>();
  let server: Server | undefined;

  function keep(socket: Socket): void {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  }

  async function down(): Promise<void> {
    const closing = server;
    if (!closing) return;
    server = undefined;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const socket of open) socket.destroy();
    await closed;
    await rm(socketPath, { force: true });
  }

  return {
    dockerHost: `unix://${socketPath}`,
    down,
    close: down,
    async up() {
      // Half-open, since Docker ends the input of an attached container so.
      const starting = createServer({ allowHalfOpen: true }, (client) => {
        const engine = connect({ ...target, allowHalfOpen: true });
        keep(client);
        keep(engine);
        client.pipe(engine).pipe(client);
        client.once('close', () => engine.destroy());
        engine.once('close', () => client.destroy());
      });
      await new Promise<void>((resolve) => starting.listen(socketPath, resolve));
      server = starting;
    },
  };
}

function addressOf(dockerHost: string): NetConnectOpts {
  if (dockerHost.startsWith('unix://')) return { path: dockerHost.slice('unix://'.length) };
  const { hostname, port } = new URL(dockerHost);
  return { host: hostname, port: Number(port) };
}
