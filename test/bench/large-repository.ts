import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { git, isolatedGitEnv } from '../githost/git-program.ts';

const files = 20_000;
const filesPerFolder = 50;
const linesPerFile = 40;
const author = 'Ada <ada@example.com>';

/** Writes a repository of 20,000 files (some 35 MB) and this many commits on `main`, each but the first of one file. */
export async function fillLargeRepository(bare: string, commits: number): Promise<void> {
  const importing = spawn('git', ['fast-import', '--quiet'], {
    cwd: bare,
    env: isolatedGitEnv,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(importing, 'close');
  const write = async (text: string) => {
    if (!importing.stdin.write(text)) await once(importing.stdin, 'drain');
  };
  for (let nth = 1; nth <= commits; nth += 1) {
    await write(
      `commit refs/heads/main\ncommitter ${author} ${1_700_000_000 + nth} +0000\n${data(`commit ${nth}`)}`,
    );
    if (nth === 1) for (let file = 0; file < files; file += 1) await write(change(file, 0));
    else await write(change((nth * 7919) % files, nth));
  }
  importing.stdin.end();
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
  await git(bare, ['repack', '-adq']);
}

/** One more commit on `main`, and its id. */
export async function commitTo(bare: string, nth: number): Promise<string> {
  const stream = `commit refs/heads/main\ncommitter ${author} ${1_800_000_000 + nth} +0000\n${data(`more ${nth}`)}from refs/heads/main^0\n${change((nth * 104_729) % files, nth)}`;
  const importing = spawn('git', ['fast-import', '--quiet'], {
    cwd: bare,
    env: isolatedGitEnv,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  importing.stdin.end(stream);
  await once(importing, 'close');
  return (await git(bare, ['rev-parse', 'refs/heads/main'])).trim();
}

function change(file: number, version: number): string {
  const folder = Math.floor(file / filesPerFolder);
  const path = `src/area-${folder % 20}/part-${folder}/file-${file}.ts`;
  let text = '';
  for (let line = 0; line < linesPerFile; line += 1) {
    text += `export const value${line} = ${(file * 31 + line * 17 + version) % 99_991};\n`;
  }
  return `M 100644 inline ${path}\n${data(text)}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
