import type { AppspecPermission } from '../appspec/appspec.ts';
import type { LocalDeployPolicy } from '../look-up-local-deploy.ts';
import { findGroupId } from './host-users.ts';

const setUserId = 0o4000;
const setGroupId = 0o2000;

export type CheckedPermissions = {
  readonly userIds: ReadonlyMap<string, number>;
  readonly groupIds: ReadonlyMap<string, number>;
  readonly problems: readonly string[];
};

/**
 * Finds the owners and groups that permissions name, and refuses what would hand out more than
 * `HOOKLINE_LOCAL_DEPLOY` allows: a file for a user outside of the rule, or a program that runs as one
 * (set-user-ID and set-group-ID bits count by their owner). Root may own plain files, as it does by default.
 */
export async function checkPermissions(
  permissions: readonly AppspecPermission[],
  policy: LocalDeployPolicy,
): Promise<CheckedPermissions> {
  const userIds = new Map(policy.users.map((user) => [user.name, user.uid]));
  const groupIds = new Map<string, number>();
  const allowedGroups = new Set(policy.users.flatMap((user) => [...user.groups]));
  const allowedUsers = policy.users.map((user) => user.name).join(', ');
  const problems: string[] = [];

  for (const permission of permissions) {
    const { object, owner, group, mode = 0, at } = permission;
    const place = `The permission on ${object} (line ${at.line})`;
    for (const key of permission.notCarriedOut) {
      problems.push(`${place} sets \`${key}\`, which a local deployment does not carry out. Remove it.`);
    }
    const allowedOwner = owner !== undefined && policy.users.some((user) => user.name === owner);
    if (owner !== undefined && !allowedOwner && owner !== 'root') {
      problems.push(`${place} names the owner ${owner}. Allowed: ${allowedUsers}, root.`);
    }
    let allowedGroup = false;
    if (group !== undefined) {
      const gid = await findGroupId(group);
      if (gid === undefined) {
        problems.push(`${place} names the group ${group}, which does not exist on this host.`);
      } else {
        groupIds.set(group, gid);
        allowedGroup = allowedGroups.has(gid);
        if (!allowedGroup && gid !== 0) {
          problems.push(
            `${place} names the group ${group}. Allowed are the groups of ${allowedUsers}, and root.`,
          );
        }
      }
    }
    // On a directory the set-group-ID bit only hands its group on, and the other bit does nothing.
    if (!permission.types.includes('file')) continue;
    if (mode & setUserId && !allowedOwner) {
      problems.push(`${place} sets the set-user-ID bit. Name an owner for it: ${allowedUsers}.`);
    }
    if (mode & setGroupId && !allowedGroup) {
      problems.push(
        `${place} sets the set-group-ID bit on files. Limit it to \`type: [directory]\`, or name a group of ${allowedUsers}.`,
      );
    }
  }
  if (!userIds.has('root')) userIds.set('root', 0);
  return { userIds, groupIds, problems };
}
