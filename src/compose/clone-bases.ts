import type { Config } from '../config.ts';

/** Addresses below which code may be cloned without https: those that the operator named. */
export function cloneBases(config: Config): string[] {
  const { gitUrl } = config.codecommit;
  const named = [...config.git.repositories.values()];
  const overHttp = named.filter((url) => url.startsWith('http:')).map((url) => new URL('.', url).href);
  return [config.github.serverUrl, ...(gitUrl === undefined ? [] : [gitUrl]), ...overHttp];
}
