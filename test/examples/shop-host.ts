import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { asUser } from '../../runners/deploy/local/as-user.ts';
import { findUser, type HostUser } from '../../runners/deploy/local/host-users.ts';
import { nodeFor } from '../demo/node-for.ts';
import { findProgram } from '../support/find-program.ts';
import { type GuardedProcess, startGuardedProcess } from '../support/guarded-process.ts';

/** Where the example's appspec.yml installs, and its scripts look. */
export const shopHome = '/srv/spring-boot-travis';
const instances = ['real1', 'real2'];
const marker = 'made-by-a-test';
const setup = fileURLToPath(new URL('../setup/setup.sh', import.meta.url));
const nginxTemplate = new URL('../../examples/spring-boot-travis/nginx/shop.conf', import.meta.url);

export type ShopHost = {
  /** What customers ask. */
  readonly url: string;
  readonly user: HostUser;
  close(): Promise<void>;
};

/**
 * Prepares this machine as the owner of a server would for the example: directories, a user, and an nginx of its own
 * that runs as that user on a private port. What differs from the example's defaults stands in `host.conf`.
 * The caller sees to it that there is one such host at a time.
 */
export async function openShopHost(logFile: string): Promise<ShopHost> {
  await ensurePrograms();
  const user = await findUser('www-data');
  if (user === undefined) throw new Error('this host has no user www-data, which the example deploys as');
  await clear();
  const [port, first, second] = await freePorts(3);
  const nginxHome = join(shopHome, 'nginx');
  for (const directory of ['', 'zip', 'run', 'node', 'nginx']) {
    const path = join(shopHome, directory);
    await mkdir(path);
    await chown(path, user.uid, user.gid);
  }
  await writeFile(join(shopHome, marker), '');
  const node = await nodeFor(user, join(shopHome, 'node'));
  const switchFile = join(nginxHome, 'service-url.inc');
  const reload = ['nginx', '-p', nginxHome, '-e', 'error.log', '-c', 'nginx.conf'];
  await writeFile(
    join(shopHome, 'host.conf'),
    `PORT_1=${first} PORT_2=${second}
SWITCH_FILE=${switchFile}
NGINX_RELOAD='${reload.join(' ')} -s reload'
PROXY_URL=http://127.0.0.1:${port}
HEALTH_WAIT_S=0.2
PATH=${dirname(node)}:$PATH
`,
  );
  const shop = (await readFile(nginxTemplate, 'utf8'))
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('/etc/nginx/conf.d/service-url.inc', switchFile);
  await writeFile(join(nginxHome, 'shop.conf'), shop);
  await writeFile(join(nginxHome, 'nginx.conf'), nginxConf);
  // Nothing is deployed yet: the proxy is there and points to nobody.
  await writeFile(switchFile, 'set $service_url http://127.0.0.1:1;\n');
  await chown(switchFile, user.uid, user.gid);

  const [command, ...args] = asUser(user, [...reload, '-g', 'daemon off;']);
  const nginx: GuardedProcess = await startGuardedProcess({ command, args, logFile, graceMs: 5_000 });
  return {
    url: `http://127.0.0.1:${port}`,
    user,
    async close() {
      await nginx.close();
      await clear();
    },
  };
}

const nginxConf = `worker_processes 2;
pid nginx.pid;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path tmp; proxy_temp_path tmp;
  fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  include shop.conf;
}
`;

/** Removes what is there, the deployed instances with it; it is ours, or nothing is touched. */
async function clear(): Promise<void> {
  const found = await readdir(shopHome).catch(() => undefined);
  if (found === undefined) return;
  if (found.length > 0 && !found.includes(marker)) {
    throw new Error(`${shopHome} is there and was not made by a test: take it away, or run this elsewhere`);
  }
  for (const instance of instances) {
    const pid = Number(await readFile(join(shopHome, 'run', instance, 'app.pid'), 'utf8').catch(() => '0'));
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (pid > 0 && command.includes(join(shopHome, 'run', instance))) process.kill(pid, 'SIGKILL');
  }
  await rm(shopHome, { recursive: true, force: true });
}

/** `npm run example` has installed them already; a test that is run by itself gets them here. */
async function ensurePrograms(): Promise<void> {
  const missing = ['nginx', 'curl'].filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) await promisify(execFile)('sh', [setup, ...missing]);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports = await Promise.all(
    servers.map(async (server) => {
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no free port was found');
      return address.port;
    }),
  );
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}
