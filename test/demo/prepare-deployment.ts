import { once } from 'node:events';
import { chown, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findUser, type HostUser } from '../../runners/deploy/local/host-users.ts';

/** The directory that a deployment may write to, with the application's own in it, as a host's owner would prepare them. */
export async function prepareDeployment(directory: string) {
  const user = await unprivilegedUser();
  const root = join(directory, 'www');
  const destination = join(root, 'greeter');
  await mkdir(destination, { recursive: true, mode: 0o755 });
  await chown(destination, user.uid, user.gid);
  return { root, destination, user, port: await freePort() };
}

async function unprivilegedUser(): Promise<HostUser> {
  const user = (await findUser('www-data')) ?? (await findUser('nobody'));
  if (user === undefined)
    throw new Error('this host has neither a user www-data nor a user nobody to deploy as');
  return user;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port was found');
  return address.port;
}
