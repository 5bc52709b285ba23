import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  stop(): Promise<void>;
}

const region = 'us-east-1';
const plainKeys = 'hookline_plain_keys';
const accessKeyId = 'hooklinetests';
const secretAccessKey = 'hookline-tests-secret';
/** What every server of these takes, for those who have to name it before one runs. */
export const s3Credentials = { accessKeyId, secretAccessKey } as const;
const startTimeoutMs = 60_000;
const stopTimeoutMs = 5_000;

/**
 * Starts OpenStack Swift with its S3 API, the real server that stands for S3 in the tests, on free ports of the
 * loopback with everything it keeps in a temporary directory. Needs the Debian packages swift-proxy, swift-account,
 * swift-container, swift-object and memcached. What was started is stopped by stop(), when the start fails, and when
 * this process exits.
 */
export async function startS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-s3-'));
  const [proxy, account, container, object, memcached] = await freePorts(5);
  const children: ChildProcess[] = [];
  const killAll = () => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', killAll);

  async function stop(): Promise<void> {
    await Promise.all(children.splice(0).map(stopChild));
    process.removeListener('exit', killAll);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }

  function start(name: string, command: string, args: readonly string[]): void {
    const log = openSync(join(directory, `${name}.log`), 'a');
    const env = { ...process.env, PYTHONPATH: directory };
    const child = spawn(command, args, { stdio: ['ignore', log, log], env });
    child.once('error', () => {});
    children.push(child);
  }

  try {
    await mkdir(join(directory, 'devices', 'd1'), { recursive: true });
    const storage = { account, container, object };
    await buildRings(directory, storage);
    start('memcached', 'memcached', [
      ...['-l', '127.0.0.1', '-p', String(memcached), '-m', '16'],
      ...(userInfo().uid === 0 ? ['-u', 'nobody'] : []),
    ]);
    for (const [name, port] of Object.entries(storage)) {
      await writeFile(join(directory, `${name}.conf`), storageConfig(directory, name, port));
      start(name, `swift-${name}-server`, [join(directory, `${name}.conf`)]);
    }
    await writeFile(join(directory, `${plainKeys}.py`), plainKeysModule);
    await writeFile(join(directory, 'proxy.conf'), proxyConfig(directory, proxy, memcached));
    start('proxy', 'swift-proxy-server', [join(directory, 'proxy.conf')]);
    const endpoint = `http://127.0.0.1:${proxy}`;
    // All of them: a proxy that is up before what is behind it answers 503.
    for (const port of [account, container, object, proxy])
      await answers(`http://127.0.0.1:${port}/healthcheck`, children);
    return { endpoint, region, credentials: s3Credentials, stop };
  } catch (error) {
    const logs = await logsOf(directory);
    await stop();
    throw new Error(`The S3 server did not start; are its Debian packages installed?\n${logs}`, {
      cause: error,
    });
  }
}

/** One device, one replica: the least of which Swift makes a cluster. All rings at once, since Python starts slowly. */
async function buildRings(directory: string, ports: Readonly<Record<string, number>>): Promise<void> {
  await promisify(execFile)('/usr/bin/python3', ['-c', ringsProgram, directory, JSON.stringify(ports)]);
}

const ringsProgram = `import json, os, sys
from swift.common.ring import RingBuilder

device = {'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'device': 'd1', 'weight': 1.0}
for name, port in json.loads(sys.argv[2]).items():
    builder = RingBuilder(4, 1, 1)
    builder.add_dev({**device, 'port': port})
    builder.rebalance()
    builder.get_ring().save(os.path.join(sys.argv[1], name + '.ring.gz'))
`;

function commonConfig(directory: string, port: number): string {
  return `[DEFAULT]
user = ${userInfo().username}
swift_dir = ${directory}
devices = ${join(directory, 'devices')}
mount_check = false
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
`;
}

function storageConfig(directory: string, name: string, port: number): string {
  return `${commonConfig(directory, port)}
[pipeline:main]
pipeline = healthcheck ${name}-server
[filter:healthcheck]
use = egg:swift#healthcheck
[app:${name}-server]
use = egg:swift#${name}
recon_cache_path = ${directory}
`;
}

/**
 * Swift's users are called account:user, and so are their access keys. Those of AWS have no colon, and a name with one
 * cannot be sent to a git server: here each user may leave it out.
 */
const plainKeysModule = `from swift.common.middleware import tempauth


class PlainKeys(tempauth.TempAuth):
    def __init__(self, app, conf):
        super().__init__(app, conf)
        self.users |= {name.replace(':', ''): user for name, user in self.users.items()}


def filter_factory(global_conf, **local_conf):
    tempauth.filter_factory(global_conf, **local_conf)
    conf = {**global_conf, **local_conf}
    return lambda app: PlainKeys(app, conf)
`;

/** The timeouts are long, and no backend is shunned for a while after an error, because test machines are busy. */
function proxyConfig(directory: string, port: number, memcachedPort: number): string {
  const filters = [
    'catch_errors',
    'gatekeeper',
    'healthcheck',
    'listing_formats',
    'bulk',
    'copy',
    'slo',
    'dlo',
  ];
  return `${commonConfig(directory, port)}
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
conn_timeout = 20
node_timeout = 60
error_suppression_interval = 0
allow_account_management = true
[filter:s3api]
use = egg:swift#s3api
location = ${region}
allow_multipart_uploads = true
min_segment_size = 5242880
[filter:tempauth]
paste.filter_factory = ${plainKeys}:filter_factory
user_hookline_tests = ${secretAccessKey} .admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memcachedPort}
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
[filter:symlink]
use = egg:swift#symlink
${filters.map((name) => `[filter:${name}]\nuse = egg:swift#${name}`).join('\n')}
`;
}

/** Ports nobody listens on now; asked for together so that they differ. */
async function freePorts(count: 5): Promise<[number, number, number, number, number]>;
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      server.close();
      await once(server, 'close');
      return typeof address === 'object' && address ? address.port : 0;
    }),
  );
}

async function answers(url: string, children: readonly ChildProcess[]): Promise<void> {
  const deadlineMs = Date.now() + startTimeoutMs;
  for (;;) {
    const isUp = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    const ended = children.find((child) => child.pid === undefined || child.exitCode !== null);
    if (ended) throw new Error(`${ended.spawnfile} ended with ${ended.exitCode}.`);
    if (Date.now() > deadlineMs) throw new Error(`${url} did not answer within ${startTimeoutMs} ms.`);
    await setTimeout(50);
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const cancelTimer = new AbortController();
  const late = setTimeout(stopTimeoutMs, undefined, { signal: cancelTimer.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
  await exited;
  cancelTimer.abort();
  await late;
}

async function logsOf(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.log'));
  const tails = names.map(
    async (name) => `${name}: ${(await readFile(join(directory, name), 'utf8')).slice(-2_000)}`,
  );
  return (await Promise.all(tails)).join('\n');
}
