import { Refusal } from '../../src/errors.ts';

export const gitRefusalCodes = [
  'bad-source',
  'bad-path',
  'unreachable',
  'authentication',
  'not-found',
  'ref-missing',
  'commit-unreachable',
  'too-large',
  'submodule-url',
  'lfs-missing',
  'lfs-mismatch',
  'timeout',
  'damaged',
  'no-space',
  'unsafe-tree',
  'destination-in-use',
  'git-missing',
  'failed',
] as const;

export type GitRefusalCode = (typeof gitRefusalCodes)[number];

/** Why git could not give what was asked. The message names the repository and the remedy, and holds no credential. */
export class GitRefusal extends Refusal<GitRefusalCode> {}

export function isGitRefusal(error: unknown, code?: GitRefusalCode): error is GitRefusal {
  return error instanceof GitRefusal && (code === undefined || error.code === code);
}
