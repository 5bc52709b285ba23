import { ArtifactRefusal } from './artifact-refusal.ts';
import { linkEscape } from './link-escape.ts';
import type { ZipEntry } from './zip-entry.ts';

/**
 * Takes a directory off the front of the names that lie below it; other names stay. A link that was sound in the
 * workspace can lead out of the zip once it has moved up, and whoever unpacks that zip would refuse it.
 */
export function stripNames(entries: readonly ZipEntry[], prefix: string): ZipEntry[] {
  const segments = prefix.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.length === 0) return [...entries];
  const front = `${segments.join('/')}/`;
  const links = new Set<string>();
  let stripped = 0;
  const renamed = entries.flatMap((entry): ZipEntry[] => {
    if (entry.kind === 'directory' && `${entry.name}/` === front) {
      stripped++;
      return [];
    }
    const below = entry.name.startsWith(front);
    if (below) stripped++;
    const name = below ? entry.name.slice(front.length) : entry.name;
    if (entry.kind === 'symlink') links.add(name);
    return [{ ...entry, name }];
  });
  if (stripped === 0) {
    throw new ArtifactRefusal(
      'prefix-unmatched',
      `no file of the artifact lies below ${JSON.stringify(prefix)}; check the prefix to strip against the paths named`,
    );
  }
  for (const entry of renamed) {
    if (entry.kind !== 'symlink') continue;
    const reason = linkEscape(entry.name, entry.target, (name) => links.has(name));
    if (reason !== undefined) {
      throw new ArtifactRefusal(
        'link-outside',
        `the symbolic link ${entry.name} -> ${JSON.stringify(entry.target)} ${reason} once the prefix ${JSON.stringify(prefix)} is taken off; copy the file instead, or exclude it`,
      );
    }
  }
  return renamed;
}
