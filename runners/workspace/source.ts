import { GitRefusal } from './git-refusal.ts';

export type GitCredential = { username: string; password: string };

export type GitAddress = {
  /** `owner/name` on GitHub, `name` on CodeCommit. Used in messages and folder names only. */
  repository: string;
  cloneUrl: string;
  credential?: GitCredential | undefined;
};

/** One commit of one repository, and the reference it must be reachable from. */
export type GitSource = GitAddress & {
  /** A full name: `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/head`. */
  ref: string;
  /** 40 hex digits, or 64 in a SHA-256 repository. */
  sha: string;
  /**
   * Whoever named the commit answers for it, as a repository does for the commits of its submodules: it is fetched by its
   * id, and that it is on a reference is neither asked nor proven. `ref` is then `namedCommit`.
   */
  byId?: true;
};

/** In place of a reference, for what is fetched by its id alone. */
export const namedCommit = 'refs/hookline/named-commit';

/** A source that passed the guard: the URL is in normal form and nothing in it can be read as an option by git. */
export type CheckedSource = GitSource & { url: URL };

/** Checks everything about a source that a hostile payload or a slip in the configuration could bend. */
export function checkSource(source: GitSource, allowedBases: readonly string[]): CheckedSource {
  const url = checkAddress(source, allowedBases);
  if (!shaPattern.test(source.sha) || /^0+$/.test(source.sha)) {
    refuse(`The commit of ${source.repository}`, source.sha, 'is not 40 or 64 lower-case hex digits.');
  }
  if (!isFullRefName(source.ref)) {
    refuse(
      `The reference of ${source.repository}`,
      source.ref,
      'is not a full name such as refs/heads/main.',
    );
  }
  return { ...source, url };
}

/**
 * The clone URL of a repository, if git may be sent there. `https` is always allowed; `http` and `file` only below one
 * of `allowedBases`. A host that git may not reach over https is a matter for the network, not for this guard.
 */
export function checkAddress(address: GitAddress, allowedBases: readonly string[]): URL {
  if (!repositoryPattern.test(address.repository) || address.repository.length > 200) {
    refuse(
      'The repository name',
      address.repository,
      'is not owner/name of letters, digits, ".", "_" and "-".',
    );
  }
  const { username = '', password = '' } = address.credential ?? {};
  if (/[\0\r\n]/.test(username + password) || username.includes(':')) {
    throw new GitRefusal(
      'bad-source',
      `The credential for ${address.repository} cannot be sent in a header.`,
    );
  }
  const url = parseCloneUrl(address.cloneUrl);
  if (url !== undefined && isAllowed(url, allowedBases)) return url;
  const bases = ['https://', ...allowedBases].join(', ');
  // A refused URL may be refused because it holds a password, so the message names the repository alone.
  throw new GitRefusal(
    'bad-source',
    `The clone URL of ${address.repository} is not allowed: it must begin with one of ${bases} and hold no credentials, query or "..".`,
  );
}

function refuse(what: string, value: string, remedy: string): never {
  throw new GitRefusal('bad-source', `${what} ${JSON.stringify(value.slice(0, 300))} ${remedy}`);
}

const repositoryPattern = /^(?!.*\.\.)[A-Za-z0-9_.][A-Za-z0-9._-]*(\/[A-Za-z0-9_.][A-Za-z0-9._-]*)*$/;
const shaPattern = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

function parseCloneUrl(text: string): URL | undefined {
  // `ext::command` and scp-like `host:path` are no URLs; an encoded slash would be decoded by git after this guard.
  if (text.length > 2048 || /[[\p{Cc}&&\p{ASCII}] \\?#]|::|%2f|%5c|%0|%1/iv.test(text)) return undefined;
  if (!/^(https?|file):\/\//.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const clean = url.username === '' && url.password === '' && !text.includes('@', text.indexOf('://'));
  return clean && url.pathname.length > 1 && url.href === text ? url : undefined;
}

function isAllowed(url: URL, allowedBases: readonly string[]): boolean {
  if (url.protocol === 'https:') return true;
  return allowedBases.some((base) => {
    const folder = URL.canParse(base) ? new URL(base).href.replace(/\/*$/, '/') : undefined;
    return folder !== undefined && url.href.startsWith(folder);
  });
}

/** The rules of git-check-ref-format(1), for names that begin with `refs/`. */
function isFullRefName(ref: string): boolean {
  if (ref.length > 1024 || /[[\p{Cc}&&\p{ASCII}] ~^:?*\[\\]|\.\.|@\{/v.test(ref)) return false;
  const parts = ref.split('/');
  const wellFormed = parts.every((part) => part !== '' && !/^\.|\.$|\.lock$/.test(part));
  return wellFormed && parts[0] === 'refs' && parts.length >= 3;
}
