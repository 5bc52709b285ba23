import { collectIncluded, type IncludedFiles } from '../../pipelines/include-files.ts';
import { pipelineFiles } from '../../pipelines/parse-file.ts';
import type { Reason } from '../contract/job-event.ts';
import type { Change } from './change.ts';
import {
  type CloneCredential,
  type CommitFacts,
  type Forge,
  type PipelineSource,
  SourceRefusal,
} from './forge.ts';
import { findSkipToken } from './skip-token.ts';

/** The one that counts before any other, and under which a run goes whose file could not be read. */
export const [pipelineFile] = pipelineFiles;

/**
 * How often a source that cannot be reached is tried before its change ends as a run in `error`: with the waits between
 * the tries some twenty minutes, so that a host's outage costs nobody a push.
 */
export const maxSourceTries = 30;

/** What a repository gets that has no file of its own, by what lies in its root folder; undefined when nothing fits. */
export type Templates = (root: readonly string[]) => { file: string; source: string } | undefined;

export type ReadPipeline =
  | { source: string; file: string; included?: IncludedFiles; commit: CommitFacts }
  | { no: string; hasNoFile?: true }
  | { again: string }
  | { broken: Reason };

/** The pipeline file at the commit of a change, or what is to become of the change without it. */
export async function readPipeline(
  change: Change,
  forge: Forge,
  { pipelines, templates }: { pipelines: PipelineSource; templates?: Templates },
  tries: number,
  signal: AbortSignal,
): Promise<ReadPipeline> {
  let credential: CloneCredential | undefined;
  try {
    credential = await forge.cloneCredential(change, { signal });
    const code = { ...forge.sourceOf(change), ...(credential ? { credential } : {}) };
    const { files, root, commit } = await pipelines.read(code, [...pipelineFiles], { signal });
    // Not every event carries its head commit's message: only now can it be asked.
    const isAsked = change.event === 'pull_request' || (change.event === 'push' && change.message === '');
    const skip = isAsked ? findSkipToken(commit.message) : undefined;
    if (skip !== undefined) return { no: `the head commit says ${skip}` };
    const file = pipelineFiles.find((name) => files.has(name));
    const source = file === undefined ? undefined : files.get(file);
    if (file !== undefined && source !== undefined) {
      const read = async (paths: readonly string[]) => (await pipelines.read(code, paths, { signal })).files;
      const included = file === pipelineFile ? await collectIncluded(source, file, read) : undefined;
      return { source, file, commit, ...(included?.size ? { included } : {}) };
    }
    const template = templates?.(root);
    if (template) return { ...template, commit };
    const names = pipelineFiles.join(' and no ');
    const instead = templates ? ', and nothing in its root folder that a template is for' : '';
    return { no: `no ${names} at commit ${change.sha.slice(0, 10)}${instead}`, hasNoFile: true };
  } catch (error) {
    if (!(error instanceof SourceRefusal)) throw error;
    if (error.code === 'moved') return { no: error.message };
    // A token that was kept may have been revoked in the meantime.
    if (error.code === 'refused' && credential?.drop && tries === 0) {
      credential.drop();
      return { again: error.message };
    }
    const passing = error.code === 'unreachable' || error.code === 'timeout';
    if (passing && tries + 1 < maxSourceTries) return { again: error.message };
    return { broken: { code: `source-${error.code}`, message: error.message } };
  }
}

/** Fills in what the provider's event did not say, and the commit that an annotated tag leads to. */
export function withCommitFacts(change: Change, commit: CommitFacts): Change {
  const { authorName: name, authorEmail: email } = commit;
  const isAnonymous = change.title === '' && change.message === '';
  return {
    ...change,
    sha: commit.sha,
    ...(isAnonymous ? { title: commit.subject, message: commit.message, author: { name, email } } : {}),
  };
}
