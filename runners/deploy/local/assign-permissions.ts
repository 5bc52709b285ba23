import type { AppspecPermission } from '../appspec/appspec.ts';
import type { Attributes, PlannedFile } from './plan-install.ts';

export type AssignPermissions = {
  readonly permissions: readonly AppspecPermission[];
  readonly files: readonly PlannedFile[];
  readonly directories: readonly string[];
  /** Ids of the owners and groups that the permissions name. */
  readonly userIds: ReadonlyMap<string, number>;
  readonly groupIds: ReadonlyMap<string, number>;
};

/**
 * Decides owner and mode of each installed path. The rules are those of CodeDeploy's agent: only what this
 * deployment copies or creates is touched; an object that is a copied file stands for itself; an object that
 * is a directory stands for what is below it and never for itself; `**` reaches everything below, any other
 * pattern only immediate children; two permissions for one path are a mistake.
 */
export function assignPermissions(options: AssignPermissions): {
  attributes: Map<string, Attributes>;
  problems: string[];
  warnings: string[];
} {
  const attributes = new Map<string, Attributes>();
  const problems: string[] = [];
  const warnings: string[] = [];
  const copied = new Set(options.files.map((file) => file.destination));

  for (const permission of options.permissions) {
    const { object, at } = permission;
    const place = `The permission on ${object} (line ${at.line})`;
    const isFile = copied.has(object);
    if (isFile && permission.types.includes('file')) {
      if (permission.pattern !== '**' || permission.except.length > 0) {
        problems.push(`${place} has a \`pattern\` or \`except\`, but the object is a file. Remove them.`);
      }
    }
    const matches = isFile
      ? permission.types.includes('file')
        ? [object]
        : []
      : [
          ...(permission.types.includes('file') ? copied : []),
          ...(permission.types.includes('directory') ? options.directories : []),
        ].filter((path) => matchesBelow(permission, path));
    if (matches.length === 0) {
      warnings.push(`${place} matches nothing that this deployment copies or creates.`);
    }
    for (const path of matches) {
      if (attributes.has(path)) {
        problems.push(
          `${path} is given permissions twice, the second time on line ${at.line}. Keep one of them.`,
        );
      }
      attributes.set(path, attributesOf(permission, options));
    }
  }
  return { attributes, problems, warnings };
}

function matchesBelow(permission: AppspecPermission, path: string): boolean {
  const base = permission.object === '/' ? '/' : `${permission.object}/`;
  if (!path.startsWith(base) || path === permission.object) return false;
  const name = path.slice(base.length);
  const wanted = permission.pattern === '**' || matchesGlob(name, permission.pattern);
  return wanted && !permission.except.some((glob) => matchesGlob(name, glob));
}

/** `*` stands for any characters of one name; nothing else is special. */
function matchesGlob(name: string, glob: string): boolean {
  const source = glob
    .split('*')
    .map((part) => RegExp.escape(part))
    .join('[^/]*');
  return new RegExp(`^${source}$`, 's').test(name);
}

function attributesOf(permission: AppspecPermission, { userIds, groupIds }: AssignPermissions): Attributes {
  const uid = permission.owner === undefined ? undefined : userIds.get(permission.owner);
  const gid = permission.group === undefined ? undefined : groupIds.get(permission.group);
  return {
    ...(permission.mode !== undefined && { mode: permission.mode }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  };
}
