import { Refusal } from '../../src/errors.ts';

export type ArtifactRefusalCode =
  | 'pattern-outside'
  | 'pattern-unmatched'
  | 'prefix-unmatched'
  | 'link-outside'
  | 'special-file'
  | 'name-unsafe'
  | 'name-twice'
  | 'too-many-files'
  | 'unreadable'
  | 'file-changed'
  | 'zip-corrupt'
  | 'zip-unsafe'
  | 'zip-unsupported'
  | 'zip-too-large'
  | 'directory-not-empty';

/** What a workspace or a zip asked for that must not, or cannot, be done. */
export class ArtifactRefusal extends Refusal<ArtifactRefusalCode> {}

/**
 * What the file system said about one file of a workspace, as a refusal that names the file.
 * Errors that speak of the machine instead of the file (no descriptors left, a failing disk) are handed back as they are.
 */
export function refusalOfFileError(error: unknown, name: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ArtifactRefusal(
        'file-changed',
        `${name} vanished while it was packed; let nothing write to the workspace after the last step`,
        { cause: error },
      );
    case 'ELOOP':
      return new ArtifactRefusal(
        'file-changed',
        `${name} became a symbolic link while it was packed; let nothing write to the workspace after the last step`,
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
      return new ArtifactRefusal(
        'unreadable',
        `${name} cannot be read by the runner's user; give it read permission (chmod a+rX) in the last step`,
        { cause: error },
      );
    case 'ENAMETOOLONG':
      return new ArtifactRefusal(
        'name-unsafe',
        `${name.slice(0, 200)}… is too long for a path; shorten it or exclude it from the artifact`,
        { cause: error },
      );
    default:
      return error;
  }
}
