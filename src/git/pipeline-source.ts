import { Refusal } from '../errors.ts';
import {
  type CommitFacts,
  type PipelineSource,
  SourceRefusal,
  type sourceRefusalCodes,
} from '../runs/forge.ts';

type Source = Parameters<PipelineSource['read']>[0];

/** What is wanted of the git mirrors: one commit's files, after a proof that it is on the reference it names. */
type ReadableMirrors = {
  readTree(
    source: Source,
    request: { paths: readonly string[]; maxBytes: number; timeoutMs: number },
    options: { signal?: AbortSignal | undefined },
  ): Promise<{ commit: CommitFacts; files: ReadonlyMap<string, { kind: string; content?: string }> }>;
};

/** Of one file; a pipeline file larger than this is refused by its parser in any case. */
const maxBytes = 512 * 1024;
/** For the reading, after the fetch. */
const timeoutMs = 30_000;

/** How control reads a repository: straight from the mirror's objects, never by a checkout. */
export function createPipelineSource(mirrors: ReadableMirrors): PipelineSource {
  return {
    async read(source, paths, { signal }) {
      try {
        const { commit, files } = await mirrors.readTree(source, { paths, maxBytes, timeoutMs }, { signal });
        const found = new Map<string, string>();
        for (const [path, file] of files) {
          if (file.content !== undefined) found.set(path, file.content);
          else if (file.kind !== 'missing') {
            throw new SourceRefusal('refused', `${path} is a ${file.kind}, not a file`);
          }
        }
        return { files: found, commit };
      } catch (error) {
        if (!(error instanceof Refusal) || error instanceof SourceRefusal) throw error;
        throw new SourceRefusal(codes[error.code] ?? 'refused', error.message, { cause: error });
      }
    },
  };
}

/** From git's refusals to what they mean for a run; what is not here will not get better by waiting. */
const codes: Readonly<Record<string, (typeof sourceRefusalCodes)[number]>> = {
  unreachable: 'unreachable',
  timeout: 'timeout',
  failed: 'unreachable',
  'no-space': 'unreachable',
  'ref-missing': 'moved',
  'commit-unreachable': 'moved',
  damaged: 'damaged',
};
