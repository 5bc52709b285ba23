import { RedisRefusal } from './redis-refusal.ts';

/** Where Redis is: a URL as its clients have it, the path of a unix socket, or the nodes that know where it is. */
export type RedisAddress =
  | { url: string }
  | { path: string }
  | (NodeAccess & { sentinels: RedisNode[]; master: string; database: number; sentinelAccess: Credentials })
  | (NodeAccess & { cluster: RedisNode[] });

export type RedisNode = { host: string; port: number };
type Credentials = { username?: string; password?: string };
type NodeAccess = Credentials & { tls: boolean };

const unix = 'unix://';
const form = /^(rediss?)\+(sentinel|cluster):\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const wanted = {
  sentinel: 'redis+sentinel://[USER:PASSWORD@]HOST:26379,HOST:26379/MASTER[/DATABASE]',
  cluster: 'redis+cluster://[USER:PASSWORD@]HOST:6379,HOST:6379',
} as const;

/**
 * `redis://`, `rediss://` and `unix:///path`; `redis+sentinel://` as several clients of other languages spell it; and
 * `redis+cluster://` in the same manner. `rediss+…` speaks TLS to everybody. Sentinels that ask for a password of their
 * own get it by `?sentinel_username=…&sentinel_password=…`.
 */
export function parseRedisUrl(url: string): RedisAddress {
  if (url.startsWith(unix)) return { path: url.slice(unix.length) };
  if (/^rediss?:\/\//.test(url)) return { url };
  const kind = /^rediss?\+cluster:/.test(url) ? 'cluster' : 'sentinel';
  const [, scheme, , login = '', hosts = '', path = '', query = ''] = form.exec(url) ?? [];
  if (scheme === undefined) throw malformed(kind, 'it has not this form');
  const access = { tls: scheme === 'rediss', ...credentialsOf(login) };
  if (kind === 'cluster') {
    if (path !== '' && path !== '0') throw malformed(kind, 'a cluster has one database, 0');
    return { ...access, cluster: nodesOf(hosts, 6379, kind) };
  }
  const [master = '', database = '0', ...more] = path.split('/').map(decodeURIComponent);
  if (master === '') throw malformed(kind, 'the name that the sentinels have for the master is missing');
  if (!/^\d{1,5}$/.test(database) || more.length > 0) throw malformed(kind, 'the database is a number');
  const parameters = new URLSearchParams(query);
  const [username, password] = [parameters.get('sentinel_username'), parameters.get('sentinel_password')];
  return {
    ...access,
    sentinels: nodesOf(hosts, 26_379, kind),
    master,
    database: Number(database),
    sentinelAccess: { ...(username ? { username } : {}), ...(password ? { password } : {}) },
  };
}

export function redisUrlOfSocket(path: string): string {
  return `${unix}${path}`;
}

function credentialsOf(login: string): Credentials {
  if (login === '') return {};
  const [username = '', ...rest] = login.split(':');
  const password = decodeURIComponent(rest.join(':'));
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password }),
  };
}

function nodesOf(hosts: string, usualPort: number, kind: keyof typeof wanted): RedisNode[] {
  return hosts.split(',').map((text) => {
    const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
    const host = bracketed ?? plain;
    if (host === undefined || Number(port ?? 1) > 65_535) throw malformed(kind, 'a host is not one');
    return { host, port: Number(port ?? usualPort) };
  });
}

/** Without the value: there may be a password in it. */
function malformed(kind: keyof typeof wanted, what: string): RedisRefusal {
  return new RedisRefusal('bad-address', `REDIS_URL (not shown): ${what}; wanted: ${wanted[kind]}`);
}
