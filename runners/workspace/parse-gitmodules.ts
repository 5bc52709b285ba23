/** What `.gitmodules` says of a submodule. */
export type NamedSubmodule = { name: string; path: string; url: string };

/**
 * Reads what `git config --list -z` prints of a `.gitmodules`: a key and its value with a line end between, a NUL after each.
 * One without a path or a URL is none. Of two with one path the last one counts, as of two values.
 */
export function parseGitmodules(listed: string): NamedSubmodule[] {
  const found = new Map<string, Partial<NamedSubmodule>>();
  for (const entry of listed.split('\0')) {
    const [, name, key, value] = /^submodule\.(.+)\.(path|url)\n(.*)$/s.exec(entry) ?? [];
    if (name === undefined || key === undefined || value === undefined) continue;
    found.set(name, { ...found.get(name), name, [key]: value });
  }
  const whole = [...found.values()].filter(
    (entry): entry is NamedSubmodule => entry.path !== undefined && entry.url !== undefined,
  );
  return [...new Map(whole.map((submodule) => [submodule.path, submodule])).values()];
}

/** The gitlinks among what `git ls-tree -z` prints: the commits that stand at their paths. */
export function parseGitlinks(listed: string): Map<string, string> {
  const links = new Map<string, string>();
  for (const entry of listed.split('\0')) {
    const [, sha, path] = /^160000 commit ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
    if (sha !== undefined && path !== undefined) links.set(path, sha);
  }
  return links;
}
