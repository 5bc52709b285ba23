import { runGit } from './run-git.ts';
import { checkAddress, type GitAddress } from './source.ts';

/** A repository of a hundred thousand references; the list of one with more is not read. */
const maxOutputBytes = 16 * 2 ** 20;
const timeoutMs = 60_000;

/**
 * Asks the server for references without fetching anything: those that are named, or all below `refs/heads/` where the
 * name ends in a slash. `HEAD` is the default branch, by its full name; a repository without commits has none.
 */
export async function listRemote(
  address: GitAddress,
  wanted: { names: readonly string[] } | 'HEAD',
  options: { allowedBases?: readonly string[]; signal?: AbortSignal | undefined } = {},
): Promise<{ refs: ReadonlyMap<string, string>; head?: string }> {
  const url = checkAddress(address, options.allowedBases ?? []);
  const protocol = url.protocol.slice(0, -1);
  const names = wanted === 'HEAD' ? ['HEAD'] : wanted.names;
  // With `--heads` the server leaves all others out by itself, the references of old pull requests among them.
  const isHeads = names.every((name) => name.startsWith('refs/heads/'));
  const kind = wanted === 'HEAD' ? ['--symref'] : isHeads ? ['--refs', '--heads'] : ['--refs'];
  const { stdout } = await runGit({
    args: ['ls-remote', '--quiet', ...kind, '--', address.cloneUrl, ...names.map(asPattern)],
    protocols: protocol === 'http' || protocol === 'file' ? [protocol] : ['https'],
    ...(address.credential && { credential: { ...address.credential, origin: url.origin } }),
    repository: address.repository,
    timeoutMs,
    maxOutputBytes,
    signal: options.signal,
  });
  const refs = new Map<string, string>();
  let head: string | undefined;
  for (const line of stdout.split('\n')) {
    const [, target] = /^ref: (\S+)\tHEAD$/.exec(line) ?? [];
    head ??= target;
    const [, sha, ref = ''] = /^([0-9a-f]{40,64})\t(\S+)$/.exec(line) ?? [];
    // A pattern fits the ends of names as well: `refs/heads/main` also finds `refs/heads/refs/heads/main`.
    const isWanted = names.some((name) => (name.endsWith('/') ? ref.startsWith(name) : ref === name));
    if (sha !== undefined && isWanted) refs.set(ref, sha);
  }
  return head === undefined ? { refs } : { refs, head };
}

function asPattern(name: string): string {
  return name.endsWith('/') ? `${name}*` : name;
}
