export type CommitInfo = {
  /** The commit itself, also when the source named an annotated tag. */
  sha: string;
  subject: string;
  message: string;
  authorName: string;
  authorEmail: string;
  committerEmail: string;
  parents: readonly string[];
};

export type TreeEntry = { name: string; kind: 'file' | 'folder' | 'symlink' | 'submodule'; sha: string };

/** A commit object: headers up to an empty line, then the message. Other encodings than UTF-8 are not decoded. */
export function parseCommit(sha: string, body: Buffer): CommitInfo {
  const text = body.toString('utf8');
  const split = text.indexOf('\n\n');
  const headers = (split < 0 ? text : text.slice(0, split)).split('\n');
  const message = split < 0 ? '' : text.slice(split + 2).trim();
  const values = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const author = /^(.*?) ?<([^>]*)>/.exec(values('author')[0] ?? '');
  return {
    sha,
    subject: message.split('\n', 1)[0] ?? '',
    message,
    authorName: author?.[1] ?? '',
    authorEmail: author?.[2] ?? '',
    committerEmail: /<([^>]*)>/.exec(values('committer')[0] ?? '')?.[1] ?? '',
    parents: values('parent'),
  };
}

/** A tree object: `<mode> <name>\0<id in bytes>`, over and over. */
export function parseTree(body: Buffer, shaBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let start = 0; start < body.length; ) {
    const space = body.indexOf(0x20, start);
    const end = body.indexOf(0, space);
    if (space < 0 || end < 0) break;
    entries.push({
      name: body.toString('utf8', space + 1, end),
      kind: kindOf(body.toString('latin1', start, space)),
      sha: body.toString('hex', end + 1, end + 1 + shaBytes),
    });
    start = end + 1 + shaBytes;
  }
  return entries;
}

function kindOf(mode: string): TreeEntry['kind'] {
  if (mode === '40000' || mode === '040000') return 'folder';
  if (mode === '120000') return 'symlink';
  return mode === '160000' ? 'submodule' : 'file';
}
