/** Repositories of any git server, that are named one by one. */
export type GitSettings = Readonly<{
  /** Their addresses by the names that hookline knows them by. */
  repositories: ReadonlyMap<string, string>;
  /** Of senders of `POST /webhooks/git`. */
  secrets: readonly string[];
  /** How often each is asked whether a branch has moved; 0: never. */
  pollMs: number;
  /** By the server's origin, such as `https://git.example.com`. */
  credentials: ReadonlyMap<string, GitCredential>;
}>;

export type GitCredential = Readonly<{ username: string; password: string }>;

type Check = <T>(name: string, wanted: string, parse: (text: string) => T | undefined) => T | undefined;
type Whole = (name: string, least: number, most: number, fallback: number) => number;

export function readGit(check: Check, whole: Whole): GitSettings {
  const repositories = check(
    'HOOKLINE_GIT_REPOSITORIES',
    'owner/name=https://git.example.com/owner/name.git, several with ; between',
    parseGitRepositories,
  );
  const secret = check('HOOKLINE_GIT_SECRET', 'at least 16 characters', (text) =>
    text.length >= 16 ? text : undefined,
  );
  const credentials = check(
    'HOOKLINE_GIT_CREDENTIALS',
    'https://USER:TOKEN@git.example.com, several with spaces between',
    parseGitCredentials,
  );
  return {
    repositories: repositories ?? new Map(),
    secrets: secret === undefined ? [] : [secret],
    pollMs: whole('HOOKLINE_GIT_POLL_S', 0, 86_400, 60) * 1000,
    credentials: credentials ?? new Map(),
  };
}

/**
 * Addresses over https, or over http where the operator says so. Not `file://` and `ext::`, by which a setting would read
 * this machine's files or run its programs; not ssh, for which there is no key. A password is no part of an address, which
 * is shown.
 */
export function parseGitRepositories(text: string): Map<string, string> | undefined {
  const pairs = text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => /^([\w.-]+(?:\/[\w.-]+)?)=(https?:\/\/[^\s@?#\\]+)$/.exec(part));
  const repositories = new Map<string, string>();
  for (const pair of pairs) {
    const [, name = '', url = ''] = pair ?? [];
    const isName = name !== '' && name.split('/').every((step) => step !== '.' && step !== '..');
    if (!isName || repositories.has(name) || !isCloneUrl(url)) return undefined;
    repositories.set(name, url);
  }
  return repositories;
}

/** As it stands, for git gets it so: what a parser would put right is no address yet. */
function isCloneUrl(text: string): boolean {
  if (!URL.canParse(text) || /%2f|%5c|%0|%1/i.test(text)) return false;
  const url = new URL(text);
  return url.href === text && url.pathname.length > 1;
}

export function parseGitCredentials(text: string): Map<string, GitCredential> | undefined {
  const credentials = new Map<string, GitCredential>();
  for (const part of text.split(/\s+/)) {
    if (!/^https?:\/\//.test(part) || !URL.canParse(part)) return undefined;
    const { origin, username, password, pathname, search, hash } = new URL(part);
    if (username === '' || password === '' || credentials.has(origin)) return undefined;
    if (pathname !== '/' || search !== '' || hash !== '') return undefined;
    try {
      const opened = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
      credentials.set(origin, opened);
    } catch {
      return undefined;
    }
  }
  return credentials;
}
