import { type AppspecPermission, type PermissionType, permissionTypes } from './appspec.ts';
import type { AppspecReader, AppspecValue } from './appspec-reader.ts';
import { absolutePath } from './bundle-path.ts';

const keys = ['object', 'pattern', 'except', 'owner', 'group', 'mode', 'acls', 'context', 'type'];

export function readPermissions(reader: AppspecReader, list: AppspecValue): AppspecPermission[] {
  const permissions: AppspecPermission[] = [];
  for (const item of reader.items(list)) {
    const fields = reader.fields(item, keys);
    if (!fields) continue;
    const object = readObject(reader, fields.get('object'), item);
    const text = (key: string) => {
      const field = fields.get(key);
      return field && reader.text(field);
    };
    const pattern = text('pattern') ?? '**';
    const owner = text('owner');
    const group = text('group');
    const mode = readMode(reader, fields.get('mode'));
    const except = readTexts(reader, fields.get('except'));
    const types = readTypes(reader, fields.get('type'));
    const notCarriedOut = (['acls', 'context'] as const).filter((key) => fields.get(key)?.node);
    if (object === undefined) continue;
    permissions.push({
      object,
      pattern,
      except,
      types,
      ...(owner !== undefined && { owner }),
      ...(group !== undefined && { group }),
      ...(mode !== undefined && { mode }),
      notCarriedOut,
      at: item.at,
    });
  }
  return permissions;
}

function readObject(reader: AppspecReader, field: AppspecValue | undefined, item: AppspecValue) {
  if (!field) {
    reader.problem(item, 'A permission needs an `object`: the absolute path of a file or directory.');
    return undefined;
  }
  const text = reader.text(field);
  if (text === undefined) return undefined;
  const object = absolutePath(text);
  if (object === undefined) {
    reader.problem(
      field,
      `The object \`${text}\` must be an absolute path that starts with \`/\`, without \`..\`.`,
    );
  }
  return object;
}

/** The written digits are octal, however YAML would count them: `755`, `0755` and `"755"` are the same. */
function readMode(reader: AppspecReader, field: AppspecValue | undefined): number | undefined {
  const text = field && reader.text(field);
  if (!field || text === undefined) return undefined;
  if (!/^[0-7]{1,4}$/.test(text)) {
    reader.problem(field, `The mode \`${text}\` must be one to four octal digits, such as 755 or 0644.`);
    return undefined;
  }
  return Number.parseInt(text, 8);
}

function readTexts(reader: AppspecReader, field: AppspecValue | undefined): string[] {
  if (!field?.node) return [];
  return reader.items(field).flatMap((item) => reader.text(item) ?? []);
}

function readTypes(reader: AppspecReader, field: AppspecValue | undefined): readonly PermissionType[] {
  if (!field?.node) return permissionTypes;
  const types = new Set<PermissionType>();
  for (const item of reader.items(field)) {
    const text = reader.text(item);
    const type = permissionTypes.find((each) => each === text);
    if (type) types.add(type);
    else if (text !== undefined)
      reader.problem(item, `The type \`${text}\` must be \`file\` or \`directory\`.`);
  }
  return [...types];
}
