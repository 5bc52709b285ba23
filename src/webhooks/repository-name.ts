/**
 * `owner/name` as GitHub allows it. The name goes into clone URLs and directories, so a path step like `..` is
 * no name.
 */
export function isRepositoryName(text: string): boolean {
  const parts = text.split('/');
  return parts.length === 2 && parts.every(isPathSafeName);
}

/** One part of a name: letters, digits, `_`, `.` and `-`, and not a path step. */
export function isPathSafeName(text: string): boolean {
  return /^[\w.-]{1,100}$/.test(text) && text !== '.' && text !== '..';
}
