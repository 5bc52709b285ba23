import { execFile } from 'node:child_process';
import { chownSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findProgram } from './find-program.ts';
import { type GuardedProcess, startGuardedProcess } from './guarded-process.ts';
import { waitUntil } from './wait-until.ts';

/** A PostgreSQL of the test's own on a private unix socket, that a test may kill and start again. */
export type PostgresServer = {
  /** Holds the socket; there is no TCP port. */
  readonly directory: string;
  /** The address of a database, as `DATABASE_URL` takes it. */
  url(database: string, login?: { user?: string; password?: string }): string;
  /** Makes an empty database that belongs to the user of `url`, and answers with its address. */
  newDatabase(options?: { encoding?: string }): Promise<string>;
  /** Carries statements out as the superuser. */
  asAdmin(statements: string, database?: string): Promise<pg.QueryResult>;
  /** Stops every process of the server, or lets them go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Ends it at once, as a crash does: every connection breaks. */
  crash(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

const user = 'hookline';
const password = 'not-to-be-shown';
const admin = 'admin';
const run = promisify(execFile);

export async function startPostgres(): Promise<PostgresServer> {
  // Short, since the path of a socket is limited, and open to the user that the server runs as.
  const directory = await mkdtemp(join(tmpdir(), 'hl-pg-'));
  const data = join(directory, 'data');
  const unprivileged = await unprivilegedUser();
  if (unprivileged) chownSync(directory, unprivileged.uid, unprivileged.gid);
  const programs = await findPrograms();
  const asUser = (program: string, args: readonly string[]): [string, ...string[]] =>
    unprivileged ? ['setpriv', ...unprivileged.options, program, ...args] : [program, ...args];

  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, password);
  const [initdb, ...initArgs] = asUser(join(programs, 'initdb'), [
    ...['--pgdata', data, '--username', admin, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
    ...['--encoding', 'UTF8', '--locale', 'C.UTF-8', '--no-sync'],
  ]);
  await run(initdb, initArgs);

  let server: GuardedProcess;
  let databases = 0;

  async function start(): Promise<void> {
    const settings = {
      listen_addresses: '',
      unix_socket_directories: directory,
      // Tests kill the server and not the machine: what was written is there after the next start.
      fsync: 'off',
      max_connections: '100',
      log_min_messages: 'warning',
    };
    const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const [command, ...args] = asUser(join(programs, 'postgres'), ['-D', data, ...given]);
    const logFile = join(directory, 'postgres.log');
    server = await startGuardedProcess({ command, args, logFile, graceMs: 5_000 });
    const answers = () => query(url('postgres', { user: admin }), 'select 1').then(Boolean, () => false);
    const what = 'PostgreSQL to answer';
    await waitUntil(answers, { what, timeoutMs: 20_000, unless: server.ended, logFile });
  }

  function url(database: string, login: { user?: string; password?: string } = {}): string {
    const name = encodeURIComponent(login.user ?? user);
    const secret = encodeURIComponent(login.password ?? password);
    return `postgres://${name}:${secret}@/${database}?host=${encodeURIComponent(directory)}`;
  }

  const asAdmin = (statements: string, database = 'postgres') =>
    query(url(database, { user: admin }), statements);

  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    process.kill(server.pid, signal);
    await server.ended;
  }

  await start();
  await asAdmin(`create role ${user} login password '${password}'`);

  return {
    directory,
    url,
    async newDatabase({ encoding = 'UTF8' } = {}) {
      databases += 1;
      const name = `test_${databases}`;
      const locale = encoding === 'UTF8' ? '' : "lc_collate 'C' lc_ctype 'C'";
      await asAdmin(
        `create database ${name} owner ${user} encoding '${encoding}' ${locale} template template0`,
      );
      return url(name);
    },
    asAdmin,
    async signal(signal) {
      const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(server.pid)]);
      process.kill(server.pid, signal);
      for (const pid of stdout.trim().split(/\s+/).map(Number)) {
        try {
          process.kill(pid, signal);
        } catch {
          // Backends come and go: this one has ended since it was listed.
        }
      }
    },
    crash: () => end('SIGQUIT'),
    start,
    async close() {
      await end('SIGINT').catch(() => {});
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function query(connectionString: string, statements: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.query(statements);
  } finally {
    await client.end().catch(() => {});
  }
}

/** PostgreSQL refuses to run as root; its Debian package brings a user, and every system has `nobody`. */
async function unprivilegedUser() {
  if (userInfo().uid !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => undefined);
    if (!ids) continue;
    const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
    if (uid === undefined || gid === undefined) continue;
    return { uid, gid, options: [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody');
}

/** The folder of the server's programs: Debian keeps those of each version apart and off the PATH. */
async function findPrograms(): Promise<string> {
  const root = '/usr/lib/postgresql';
  const versions = (await readdir(root).catch(() => [])).map(Number).filter(Number.isFinite);
  const newest = Math.max(...versions);
  if (versions.length > 0) return join(root, String(newest), 'bin');
  const onPath = findProgram('initdb');
  if (onPath === undefined)
    throw new Error('PostgreSQL is not installed: run `sh test/setup/setup.sh postgres`');
  return join(onPath, '..');
}
