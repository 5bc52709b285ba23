/** Whether a normalized absolute path is a directory or something below it. It looks at names only. */
export function isInside(path: string, directory: string): boolean {
  return path === directory || directory === '/' || path.startsWith(`${directory}/`);
}
