import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type HostUser = {
  readonly name: string;
  readonly uid: number;
  /** The primary group; `groups` holds it too. */
  readonly gid: number;
  readonly groups: readonly number[];
  readonly home: string;
};

/** A user by name, from whatever the host asks for users (files, LDAP, …); `undefined` when there is none. */
export async function findUser(name: string): Promise<HostUser | undefined> {
  const entry = await getent('passwd', name);
  const [found, , uid, gid, , home] = entry?.split(':') ?? [];
  if (found === undefined || uid === undefined || gid === undefined) return undefined;
  const { stdout } = await run('id', ['-G', '--', found]);
  return {
    name: found,
    uid: Number(uid),
    gid: Number(gid),
    groups: stdout.trim().split(/\s+/).map(Number),
    home: home || '/',
  };
}

export async function findGroupId(name: string): Promise<number | undefined> {
  const gid = (await getent('group', name))?.split(':')[2];
  return gid === undefined ? undefined : Number(gid);
}

/** getent also takes numbers; a name that is one would find another user than the one that was written. */
async function getent(database: 'passwd' | 'group', name: string): Promise<string | undefined> {
  if (/^\d+$/.test(name)) return undefined;
  try {
    const { stdout } = await run('getent', ['--', database, name]);
    return stdout.split('\n')[0];
  } catch (error) {
    // Exit code 2 is getent's "no such key"; anything else means that the host cannot be asked.
    if (error instanceof Error && 'code' in error && error.code === 2) return undefined;
    throw error;
  }
}
