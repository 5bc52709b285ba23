import { posix } from 'node:path';

/**
 * A path of the appspec file, relative to the bundle, in normal form without leading or trailing slash.
 * `''` is the bundle itself; `undefined` means that the path leaves the bundle. A leading slash is the
 * bundle's root, as it is for CodeDeploy's agent.
 */
export function bundlePath(written: string): string | undefined {
  const normal = posix.normalize(`./${written}`).replace(/\/+$/, '');
  if (normal === '..' || normal.startsWith('../') || normal.includes('\0')) return undefined;
  return normal === '.' ? '' : normal;
}

/** An absolute path in normal form without trailing slash, or `undefined` when it is relative or climbs. */
export function absolutePath(written: string): string | undefined {
  if (!written.startsWith('/') || written.includes('\0') || written.split('/').includes('..'))
    return undefined;
  const normal = posix.normalize(written).replace(/\/+$/, '');
  return normal === '' ? '/' : normal;
}
