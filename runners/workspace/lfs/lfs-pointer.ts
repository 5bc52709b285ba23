/** A file in Git LFS: what its content is, not where. */
export type LfsObject = {
  /** SHA-256 of the content, in lower-case hex. */
  oid: string;
  sizeBytes: number;
};

/** "pointer files must be less than 1024 bytes" */
export const mostPointerBytes = 1024;

/**
 * The object that a pointer file stands for, or nothing for any other file, one with extensions included. "Empty files are
 * the pointer of themselves". Pure.
 * https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#the-pointer
 */
export function parseLfsPointer(text: string): LfsObject | undefined {
  const [, oid, size] =
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize ([1-9]\d{0,14})\n?$/.exec(
      text,
    ) ?? [];
  return oid === undefined ? undefined : { oid, sizeBytes: Number(size) };
}
