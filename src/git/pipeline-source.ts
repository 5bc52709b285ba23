import { type CommitFacts, type PipelineSource, SourceRefusal } from '../runs/forge.ts';
import { asSourceRefusal } from './source-refusals.ts';

type Source = Parameters<PipelineSource['read']>[0];

/** What is wanted of the git mirrors: a proof that a commit is on the reference it names, and its files. */
type ReadableMirrors = {
  ensure(source: Source, options: { signal?: AbortSignal | undefined }): Promise<unknown>;
  readTree(
    source: Source,
    request: { paths: readonly string[]; maxBytes: number; timeoutMs: number },
    options: { signal?: AbortSignal | undefined },
  ): Promise<{
    commit: CommitFacts;
    files: ReadonlyMap<string, { kind: string; content?: string }>;
    root: readonly { name: string; kind: string }[];
  }>;
};

/** Of one file; a pipeline file larger than this is refused by its parser in any case. */
const maxBytes = 512 * 1024;
/** For the reading, after the fetch. */
const timeoutMs = 30_000;

/** What was read last. */
const keptReadings = 64;

type Reading = Awaited<ReturnType<PipelineSource['read']>>;

/**
 * How control reads a repository: straight from the mirror's objects, never by a checkout. A commit's files never
 * change, and one commit often comes in several deliveries (its push, its pull request, its tag): what was read is
 * kept for a while. That the commit is on the reference is proven each time.
 */
export function createPipelineSource(mirrors: ReadableMirrors): PipelineSource {
  const kept = new Map<string, Reading>();

  function keep(key: string, reading: Reading): void {
    for (const oldest of kept.keys()) if (kept.size >= keptReadings) kept.delete(oldest);
    kept.set(key, reading);
  }

  return {
    async read(source, paths, { signal }) {
      const key = [source.cloneUrl, source.sha, ...paths].join('\n');
      try {
        const known = kept.get(key);
        if (known) {
          await mirrors.ensure(source, { signal });
          return known;
        }
        const tree = await mirrors.readTree(source, { paths, maxBytes, timeoutMs }, { signal });
        const { commit, files } = tree;
        const found = new Map<string, string>();
        for (const [path, file] of files) {
          if (file.content !== undefined) found.set(path, file.content);
          else if (file.kind !== 'missing') {
            throw new SourceRefusal('refused', `${path} is a ${file.kind}, not a file`);
          }
        }
        const root = tree.root.flatMap(({ name, kind }) => nameInRoot(name, kind));
        const reading = { files: found, root, commit };
        keep(key, reading);
        return reading;
      } catch (error) {
        return asSourceRefusal(error);
      }
    },
  };
}

/** A link or a submodule may lead anywhere, and says nothing of what the repository holds. */
function nameInRoot(name: string, kind: string): string[] {
  if (kind === 'folder') return [`${name}/`];
  return kind === 'file' ? [name] : [];
}
