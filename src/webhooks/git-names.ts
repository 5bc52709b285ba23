/** A commit's or tag's id: 40 hex digits (SHA-1) or 64 (SHA-256), in lower case as providers send them. */
export function isObjectId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** All zeros stand for "nothing": before a reference is made, after it is deleted. */
export function isNoObject(objectId: string): boolean {
  return /^0+$/.test(objectId);
}

/**
 * Whether git would take a whole reference (`refs/heads/main`), by the rules of `git check-ref-format --branch`,
 * for tags as well. What passes holds no white space or control characters, is no option when its short name
 * stands alone, and leads out of no directory.
 * https://git-scm.com/docs/git-check-ref-format
 */
export function isReference(text: string): boolean {
  if (!text.startsWith('refs/') || Buffer.byteLength(text) > maxReferenceBytes || !text.isWellFormed())
    return false;
  if (usedByGitItself.test(text) || text.endsWith('.')) return false;
  const [, , shortName, ...rest] = text.split('/');
  if (shortName === undefined || shortName.startsWith('-')) return false;
  return [shortName, ...rest].every((part) => /^[^.]/.test(part) && !part.endsWith('.lock'));
}

const maxReferenceBytes = 1024;
/** Control characters, space, and the syntax of revisions and patterns. */
const usedByGitItself = /[\p{Cc} ~^:?*[\\]|\.\.|@\{/u;

/** Splits a reference into what it is and its short name; undefined for notes, reviews and the like. */
export function branchOrTag(ref: string): { kind: 'branch' | 'tag'; name: string } | undefined {
  if (ref.startsWith('refs/heads/')) return { kind: 'branch', name: ref.slice('refs/heads/'.length) };
  if (ref.startsWith('refs/tags/')) return { kind: 'tag', name: ref.slice('refs/tags/'.length) };
  return undefined;
}
