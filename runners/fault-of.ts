import { BlobRefusal } from '../src/blobs/blob-refusal.ts';
import type { FaultCode } from '../src/contract/fault.ts';
import type { Reason } from '../src/contract/job-event.ts';
import { Refusal } from '../src/errors.ts';
import { ArtifactRefusal } from './artifacts/artifact-refusal.ts';
import { EngineRefusal } from './engine/engine.ts';
import { GitRefusal } from './workspace/git-refusal.ts';
import { WorkspaceRefusal } from './workspace/workspaces.ts';

/** A disk that is full, as Node names it. Whoever meets it, it is this machine's trouble and no code's. */
const fullDisk: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);
/** SQLITE_FULL (https://www.sqlite.org/rescode.html#full): locks between processes are files of SQLite. */
const sqliteFull = 13;

/**
 * What broke a job, in the words that control goes by. Areas use the same words for different things (a `timeout` of git is
 * none of the job), so each gets its own prefix. Nothing for what nobody foresaw.
 */
export function faultOf(error: unknown): Reason | undefined {
  if (!(error instanceof Refusal)) {
    return isDiskFull(error)
      ? reason('disk-full', `the disk of this runner is full: ${error.message}`)
      : undefined;
  }
  return { code: codeOf(error), message: error.message };
}

function isDiskFull(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (
    ('code' in error && fullDisk.has(error.code)) || ('errcode' in error && error.errcode === sqliteFull)
  );
}

function codeOf(error: Refusal): string {
  if (error instanceof GitRefusal) return `source-${error.code}` satisfies FaultCode;
  if (error instanceof BlobRefusal) return `store-${error.code}` satisfies FaultCode;
  if (error instanceof WorkspaceRefusal) return `workspace-${error.code}` satisfies FaultCode;
  if (error instanceof EngineRefusal) return error.code satisfies FaultCode;
  if (error instanceof ArtifactRefusal) return error.code satisfies FaultCode;
  return error.code;
}

function reason(code: FaultCode, message: string): Reason {
  return { code, message };
}
