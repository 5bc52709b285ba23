import { matchesGlobs } from './glob.ts';

/**
 * Whether one of the globs covers the image. Both go by their short names, as people write them: `node` is `node:latest`,
 * and `docker.io/library/node` is `node` (Docker, "docker image pull"). A digest alone, `node@sha256:…`, has no tag.
 */
export function isImageAllowed(globs: readonly string[], image: string): boolean {
  return matchesGlobs(globs.map(withoutHub), shortNameOf(image));
}

function shortNameOf(image: string): string {
  const name = withoutHub(image);
  const last = name.slice(name.lastIndexOf('/') + 1);
  return /[:@]/.test(last) ? name : `${name}:latest`;
}

function withoutHub(name: string): string {
  return name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
}
