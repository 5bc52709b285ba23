import type { GitCredential } from './source.ts';

export type GitAccess = {
  /** The only transports this call may use; none for a call that stays on the disk. */
  protocols?: readonly ('https' | 'http' | 'file')[];
  /** Sent to this origin and to no other. */
  credential?: GitCredential & { origin: string };
  gitDir?: string;
  workTree?: string;
  indexFile?: string;
  /** For this one process: where it writes objects, and the store it reads from beside it. */
  objects?: { writeTo: string; readFrom: string };
};

/**
 * The whole environment of a git process: nothing of the host's configuration, and nothing a repository
 * could use to run a program. The credential travels here, so that it is in no argument, URL or file;
 * `GIT_CONFIG_COUNT` (git 2.31) is documented in git-config(1).
 */
export function gitEnvironment(
  access: GitAccess,
  host: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const environment: Record<string, string> = {
    LC_ALL: 'C',
    // Not only git reads the home directory: curl would take passwords from its .netrc.
    HOME: '/nonexistent',
    XDG_CONFIG_HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ALLOW_PROTOCOL: (access.protocols ?? []).join(':') || 'none',
    ...(access.gitDir !== undefined && { GIT_DIR: access.gitDir }),
    ...(access.workTree !== undefined && { GIT_WORK_TREE: access.workTree }),
    ...(access.indexFile !== undefined && { GIT_INDEX_FILE: access.indexFile }),
    ...(access.objects !== undefined && {
      GIT_OBJECT_DIRECTORY: access.objects.writeTo,
      // A list with colons, of which one entry may be quoted.
      GIT_ALTERNATE_OBJECT_DIRECTORIES: `"${access.objects.readFrom.replace(/["\\]/g, '\\$&')}"`,
    }),
  };
  for (const name of keptFromHost) {
    const value = host[name];
    if (value !== undefined) environment[name] = value;
  }
  const settings = Object.entries(fixedSettings);
  if (access.credential !== undefined) {
    settings.push([`http.${access.credential.origin}/.extraHeader`, authorization(access.credential)]);
  }
  environment['GIT_CONFIG_COUNT'] = String(settings.length);
  settings.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return environment;
}

export function authorization(credential: GitCredential): string {
  const pair = Buffer.from(`${credential.username}:${credential.password}`).toString('base64');
  return `Authorization: Basic ${pair}`;
}

const keptFromHost = [
  'PATH',
  'TMPDIR',
  ...['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO', 'GIT_SSL_CAPATH'],
];

const fixedSettings: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesFile': '/dev/null',
  'core.excludesFile': '/dev/null',
  'core.askPass': '',
  // An empty helper clears the list of those that came before it.
  'credential.helper': '',
  // Names such as `.GIT`, `git~1` or `.g\u200cit` are refused on every file system, not only where they bite.
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
  // What git writes here can be fetched again; a fsync per fetch only costs time.
  'core.fsync': 'none',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  // A redirect would leave the hosts that the guard allows, and could take the credential along.
  'http.followRedirects': 'false',
  'fetch.recurseSubmodules': 'false',
  'submodule.recurse': 'false',
  'transfer.bundleURI': 'false',
  'advice.detachedHead': 'false',
};
