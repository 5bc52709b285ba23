import { GitRefusal, type GitRefusalCode } from './git-refusal.ts';

export type GitFailure = { exitCode: number | null; signal: string | null; stderr: string };

/**
 * Turns git's own words (always in the C locale) into a refusal. The first pattern that matches wins, so the
 * order matters: a full disk also damages, and a damaged mirror also "fails".
 */
export function readGitFailure(failure: GitFailure, repository: string): GitRefusal {
  const known = patterns.find(([pattern]) => pattern.test(failure.stderr));
  const code = known?.[1] ?? (failure.signal === 'SIGXFSZ' ? 'too-large' : 'failed');
  const detail = detailOf(failure);
  return new GitRefusal(code, `${repository}: ${explanations[code] ?? 'git failed.'} git said: ${detail}`);
}

const patterns: readonly (readonly [RegExp, GitRefusalCode])[] = [
  [/No space left on device|Disk quota exceeded/, 'no-space'],
  [/died of signal (25|31)\b|File too large|File size limit|out of memory|malloc failed/i, 'too-large'],
  [/couldn't find remote ref|no such remote ref/, 'ref-missing'],
  [/not our ref|unadvertised object/, 'commit-unreachable'],
  [/Authentication failed|could not read (Username|Password)|returned error: 40[13]/, 'authentication'],
  [/returned error: 30\d|unable to update url base from redirection/, 'not-found'],
  [/repository '.*' not found|returned error: 404|does not appear to be a git repository/, 'not-found'],
  [/git: not found/, 'git-missing'],
  [/transport '.*' not allowed/, 'bad-source'],
  [/Failed to connect|Could ?n[o']t (connect|resolve)|Connection (refused|reset|timed out)/i, 'unreachable'],
  [/SSL|certificate|returned error: (429|5\d\d)|RPC failed|Empty reply|early EOF/i, 'unreachable'],
  [/unexpected disconnect|remote end hung up|Operation too slow|Recv failure/i, 'unreachable'],
  [/invalid path '/, 'unsafe-tree'],
  [/corrupt|is empty|bad object|unable to read|unable to find|missing (blob|tree|commit)/i, 'damaged'],
  [/not a git repository|not a valid (object|tree)|Not a valid object|did not send all/i, 'damaged'],
  [/inflate|packfile|unresolved deltas|bad (tree|config|ref)|could not (parse|read|get object)/i, 'damaged'],
  [/failed to (read|unpack)|shallow file has changed|reference broken|cannot lock ref|\.lock'/i, 'damaged'],
];

const explanations: Partial<Record<GitRefusalCode, string>> = {
  'no-space': 'the disk that holds the mirrors and workspaces is full. Free some space and run it again.',
  'too-large': 'the repository is larger than the limits for one pack or file. Raise them or slim it down.',
  'ref-missing': 'the reference no longer exists there. It was deleted or renamed after the event.',
  'commit-unreachable': 'the server does not have the commit, or gives it to nobody by its id.',
  authentication: 'the server refused the credential, or wants one. Check the token and its access.',
  'not-found':
    'no repository at its clone URL. Check the name (a renamed one redirects, which is not followed) and that the credential may see it.',
  'git-missing': 'git is not installed, or not on the PATH.',
  'bad-source': 'the transport of its clone URL is not allowed.',
  unreachable: 'the git server could not be reached. Check its address, proxy and certificate.',
  'unsafe-tree': 'the commit holds a file name that git refuses to write. Rename it in the repository.',
  damaged: 'the local mirror is damaged.',
};

/** The last lines that git marked as its own, in one line. */
function detailOf(failure: GitFailure): string {
  const lines = failure.stderr.split('\n').map((line) => line.trim());
  const marked = lines.filter((line) => /^(fatal|error|remote): /.test(line));
  const chosen = (marked.length > 0 ? marked : lines.filter((line) => line !== '')).slice(-3).join(' | ');
  const ending = failure.signal ?? `exit code ${failure.exitCode}`;
  return chosen === '' ? `nothing (${ending}).` : chosen.slice(0, 600);
}
