/**
 * PORT: how control reads a repository at one commit, before it trusts anything in it.
 *
 * `read` proves that the commit is reachable from the reference the source names, then gives the commit, its root
 * folder and the files asked for, in one go and without a checkout. A path that is not there, or is a link or a
 * folder, is an answer, not an error. Refusals (server unreachable, reference gone, commit not on it, file too
 * large) are thrown with a closed code and a message for the run. Nothing of the repository is executed.
 */
export type PipelineSource<Source> = {
  read(source: Source, paths: readonly string[], options?: { signal?: AbortSignal }): Promise<PipelineTree>;
};

export type PipelineTree = {
  commit: {
    sha: string;
    subject: string;
    message: string;
    authorName: string;
    authorEmail: string;
    parents: readonly string[];
  };
  files: ReadonlyMap<string, PipelineFile>;
  /** Names and kinds in the root folder, by which a template is chosen. */
  root: readonly { name: string; kind: 'file' | 'folder' | 'symlink' | 'submodule' }[];
};

export type PipelineFile =
  | { kind: 'file'; content: string; sha: string }
  | { kind: 'missing' | 'folder' | 'symlink' | 'submodule' };

type ReadableMirrors<Source> = {
  readTree(
    source: Source,
    request: { paths: readonly string[]; maxBytes: number; timeoutMs: number },
    options: { signal?: AbortSignal | undefined },
  ): Promise<PipelineTree>;
};

/** The port over git mirrors; `maxBytes` bounds one file, `timeoutMs` the reading after the fetch. */
export function createPipelineSource<Source>({
  mirrors,
  maxBytes = 512 * 1024,
  timeoutMs = 30_000,
}: {
  mirrors: ReadableMirrors<Source>;
  maxBytes?: number;
  timeoutMs?: number;
}): PipelineSource<Source> {
  return {
    read: (source, paths, { signal } = {}) =>
      mirrors.readTree(source, { paths, maxBytes, timeoutMs }, { signal }),
  };
}
