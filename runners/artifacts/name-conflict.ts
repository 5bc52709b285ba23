/**
 * The first of these entries that cannot be unpacked beside the others: a name that comes twice, or one that lies below
 * a name which is not a directory. The second is also how a zip would write through a link it brought itself.
 */
export function nameConflict(
  entries: Iterable<{ name: string; kind: string }>,
): { name: string; with: string } | undefined {
  const kinds = new Map<string, string>();
  for (const { name, kind } of entries) {
    if (kinds.has(name)) return { name, with: name };
    kinds.set(name, kind);
  }
  const directoriesSeen = new Set<string>();
  for (const name of kinds.keys()) {
    for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
      const parent = name.slice(0, slash);
      if (directoriesSeen.has(parent)) break;
      const kind = kinds.get(parent);
      if (kind !== undefined && kind !== 'directory') return { name, with: parent };
      directoriesSeen.add(parent);
    }
  }
  return undefined;
}
