import type { HostUser } from './host-users.ts';

/**
 * The command line that runs a command as another user with that user's own groups. Node's own
 * `spawn({ uid, gid })` drops the caller's groups but does not take up the user's.
 */
export function asUser(user: HostUser, command: readonly string[]): [string, ...string[]] {
  return [
    'setpriv',
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--init-groups',
    '--inh-caps=-all',
    '--',
    ...command,
  ];
}
