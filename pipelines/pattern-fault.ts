/** What is wanted instead of a branch or tag pattern, or undefined when the pattern is good. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.replace(/^!/, '').trim() === '') return 'a pattern such as main or release/*';
  if (pattern.length > 255) return 'a pattern of at most 255 characters';
  if (/[\s\p{Cc}]/u.test(pattern)) return 'a pattern without spaces: no name of a branch or tag has any';
  // `[`, `^` and a backslash cannot stand in the name of a branch or tag: such a pattern would never match.
  if (/[[\\^]/.test(pattern)) return 'a pattern of *, **, ? and a leading !; there are no character classes';
  if (pattern.startsWith('refs/')) return 'the short name: main rather than refs/heads/main';
  return undefined;
}

/** What is wanted instead of a path of the repository, or undefined when the path is good. */
export function pathFault(path: string, allow: { globs: boolean }): string | undefined {
  if (path.trim() === '') return 'a path inside the repository';
  if (path.length > 1024) return 'a path of at most 1024 characters';
  if (/\p{Cc}/u.test(path)) return 'a path without control characters';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path))
    return 'a path relative to the repository, such as dist';
  if (path.includes('\\')) return 'slashes (/) between directories';
  if (path.split('/').includes('..')) return 'a path inside the repository, without ..';
  if (!allow.globs && /[*?]/.test(path)) return 'the path of one directory, without patterns';
  if (path.startsWith('!')) return 'the pattern in exclude, without the !';
  return undefined;
}

/** `./dist/` → `dist`; the repository itself is `.`. */
export function tidyPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  return segments.length === 0 ? '.' : segments.join('/');
}
