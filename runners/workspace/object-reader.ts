import type { Readable } from 'node:stream';
import { GitRefusal } from './git-refusal.ts';
import type { MirrorAccess } from './mirror-layout.ts';
import { startGit } from './run-git.ts';

export type GitObject = { sha: string; type: string; body: Buffer };

export type ObjectReader = {
  /** `name` is an object id, with `^{commit}` and the like; the mirror is damaged when it is not there. */
  read(name: string, maxBytes: number, what: string): Promise<GitObject>;
  close(): Promise<void>;
};

/** One `git cat-file --batch`: each object costs a round trip over a pipe, not a process. One read at a time. */
export function openObjectReader({ gitDir, source, signal }: MirrorAccess, timeoutMs: number): ObjectReader {
  const { repository } = source;
  const git = startGit({ args: ['cat-file', '--batch'], gitDir, repository, timeoutMs, signal });
  // A rejection reaches the caller through `failure`; nobody else listens.
  git.ended.catch(() => {});
  const reader = bufferedReader(git.stdout);

  async function failure(): Promise<GitRefusal> {
    const { stderr } = await git.ended;
    return new GitRefusal('damaged', `${repository}: its mirror could not be read. ${stderr.slice(0, 300)}`);
  }

  return {
    async read(name, maxBytes, what) {
      git.stdin.write(`${name}\n`);
      const header = await reader.line();
      if (header === undefined) throw await failure();
      const [sha = '', type = '', size = ''] = header.split(' ');
      if (!/^\d+$/.test(size)) {
        throw new GitRefusal('damaged', `${repository}: ${what} is missing from its mirror (${header}).`);
      }
      const sizeBytes = Number(size);
      if (sizeBytes > maxBytes) {
        const limit = `${what} is ${sizeBytes} bytes, more than the ${maxBytes} that are read.`;
        throw new GitRefusal('too-large', `${repository}: ${limit} Make it smaller.`);
      }
      const body = await reader.bytes(sizeBytes + 1);
      if (body === undefined) throw await failure();
      return { sha, type, body: body.subarray(0, sizeBytes) };
    },
    async close() {
      // A process counts as gone only when its output was read or given up.
      git.stdout.destroy();
      git.kill();
      await git.ended.catch(() => {});
    },
  };
}

/** Lines and counted bytes from one stream; undefined when it ends before. */
function bufferedReader(stream: Readable) {
  const chunks = stream[Symbol.asyncIterator]();
  let pending: Buffer = Buffer.alloc(0);

  async function more(parts: Buffer[]): Promise<boolean> {
    const next = await chunks.next();
    if (next.done === true) return false;
    parts.push(next.value);
    return true;
  }

  return {
    async line(): Promise<string | undefined> {
      for (;;) {
        const end = pending.indexOf(0x0a);
        if (end >= 0) {
          const line = pending.toString('utf8', 0, end);
          pending = pending.subarray(end + 1);
          return line;
        }
        const parts = [pending];
        if (!(await more(parts))) return undefined;
        pending = Buffer.concat(parts);
      }
    },
    async bytes(count: number): Promise<Buffer | undefined> {
      const parts = [pending];
      let have = pending.length;
      while (have < count) {
        if (!(await more(parts))) return undefined;
        have += parts.at(-1)?.length ?? 0;
      }
      const all = Buffer.concat(parts);
      pending = all.subarray(count);
      return all.subarray(0, count);
    },
  };
}
