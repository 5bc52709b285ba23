import type { Config } from '../config.ts';

/** Addresses below which code may be cloned without https: those that the operator named. */
export function cloneBases(config: Config): string[] {
  const { gitUrl } = config.codecommit;
  return [config.github.serverUrl, ...(gitUrl === undefined ? [] : [gitUrl])];
}
