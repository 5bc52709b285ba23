import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { dockerClient } from '../docker-client.ts';

const run = promisify(execFile);

/** A server of the loopback, as containers reach it. */
export type BridgeDoor = { readonly url: string; close(): Promise<void> };

/**
 * Lets containers, and nobody beyond this machine, reach a server of the loopback: at the address that the engine's
 * own bridge has here.
 */
export async function openBridgeDoor(options: { dockerHost: string; port: number }): Promise<BridgeDoor> {
  const address = await bridgeAddress(options.dockerHost);
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(options.port, '127.0.0.1');
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    inner.pipe(outer).pipe(inner);
  });
  server.listen(0, address);
  await once(server, 'listening');
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * An engine that was given a bridge, and did not make it, does not name its address: the interface has it. Node lists
 * no interface that nothing is plugged into, hence `ip`.
 */
async function bridgeAddress(dockerHost: string): Promise<string> {
  const network = await dockerClient(dockerHost).getNetwork('bridge').inspect();
  const gateway: string | undefined = network.IPAM?.Config?.[0]?.Gateway;
  if (gateway !== undefined) return gateway;
  const name = String(network.Options?.['com.docker.network.bridge.name'] ?? 'docker0');
  const { stdout } = await run('ip', ['-4', '-oneline', 'address', 'show', 'dev', name]);
  const address = /\binet ([\d.]+)\//.exec(stdout)?.[1];
  if (address === undefined)
    throw new Error(`the bridge ${name} of this Docker engine has no address: ${stdout}`);
  return address;
}
