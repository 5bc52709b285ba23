import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { findProgram } from './find-program.ts';
import { followToEnd } from './follow-to-end.ts';

const run = promisify(execFile);

/** Makes an image out of Debian packages, from wherever this machine gets its own. No registry takes part. */
export async function bootstrapImage(
  docker: Docker,
  { name, suite, packages }: { name: string; suite: string; packages: readonly string[] },
): Promise<void> {
  const mmdebstrap = findProgram('mmdebstrap');
  if (mmdebstrap === undefined) {
    throw new Error(
      `${name} cannot be made: no image registry answers the engine, and mmdebstrap, which would make it from ` +
        'Debian packages, is not installed (`apt-get install mmdebstrap`)',
    );
  }
  // The file in between keeps a half-made system from ever becoming an image.
  const scratch = await mkdtemp(join(tmpdir(), 'hookline-image-'));
  try {
    const tar = join(scratch, 'image.tar');
    const args = [
      '--quiet',
      '--variant=minbase',
      `--include=${packages.join(',')}`,
      ...['doc', 'locale', 'man'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
      suite,
      tar,
      ...(await aptSources(suite)),
    ];
    await run(mmdebstrap, args, { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    const [repo, tag] = name.split(':');
    const changes = ['ENV LANG=C.UTF-8', 'CMD ["bash"]'];
    await followToEnd(docker, await docker.importImage(tar, { repo, tag, changes }));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The machine's own lists of package sources for this suite; none where its system is another one. */
async function aptSources(suite: string): Promise<string[]> {
  const folder = '/etc/apt/sources.list.d';
  const names = await readdir(folder).catch(() => []);
  const files = ['/etc/apt/sources.list', ...names.sort().map((name) => join(folder, name))];
  const found: string[] = [];
  for (const file of files) {
    if (!/\.(list|sources)$/.test(file)) continue;
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    // A whole word: other people's suites like to end with Debian's name.
    const isForSuite = (line: string) => !line.startsWith('#') && line.split(/\s+/).includes(suite);
    if (lines.some(isForSuite)) found.push(file);
  }
  return found;
}
