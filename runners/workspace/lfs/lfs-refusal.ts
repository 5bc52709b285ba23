import { z } from 'zod';
import { GitRefusal, type GitRefusalCode } from '../git-refusal.ts';
import type { CheckedSource } from '../source.ts';

/** A connection that failed, which passes; an abort stays what it is. */
export function asRefusal(source: CheckedSource, error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof GitRefusal) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return refusal(source, 'timeout', 'its Git LFS server did not answer in time.');
  }
  if (signal?.aborted) return signal.reason;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? cause.message : String(cause);
  return refusal(source, 'unreachable', `its Git LFS server could not be reached: ${why}`);
}

/** What a status that is no success means. `oid`: of a download, not of the batch API. */
export function refusedBy(source: CheckedSource, status: number, text: string, oid?: string): GitRefusal {
  const parsed = z.object({ message: z.string() }).safeParse(parseJson(text));
  const said = parsed.success ? `${status} ${parsed.data.message}` : String(status);
  if (status === 401 || status === 403) {
    const remedy = 'Check that the token may read it, and that its LFS quota is not used up.';
    return refusal(source, 'authentication', `its Git LFS server refused (${said}). ${remedy}`);
  }
  if (status === 429 || status >= 500) {
    return refusal(source, 'unreachable', `its Git LFS server is in trouble (${said}).`);
  }
  if (status !== 404 && status !== 410)
    return refusal(source, 'failed', `its Git LFS server answered ${said}.`);
  return oid === undefined
    ? refusal(
        source,
        'not-found',
        `its host has no Git LFS for it (${said}). Leave out lfs: true, or push to it.`,
      )
    : refusal(source, 'lfs-missing', `object ${oid} is not where its Git LFS server says (${said}).`);
}

export function refusal({ repository }: CheckedSource, code: GitRefusalCode, text: string): GitRefusal {
  return new GitRefusal(code, `${repository}: ${text.slice(0, 600)}`);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
