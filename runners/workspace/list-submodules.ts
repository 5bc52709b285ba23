import type { MirrorAccess } from './mirror-layout.ts';
import { type NamedSubmodule, parseGitlinks, parseGitmodules } from './parse-gitmodules.ts';
import { runGit } from './run-git.ts';

/** A submodule, and the commit of it that the repository wants. */
export type Submodule = NamedSubmodule & { sha: string };

const maxOutputBytes = 4 << 20;
const timeoutMs = 60_000;

/** The submodules of the source's commit that `.gitmodules` names, read from the objects of the mirror alone. */
export async function listSubmodules(mirror: MirrorAccess): Promise<Submodule[]> {
  const { gitDir, source, signal } = mirror;
  const ask = async (...args: string[]) => {
    const call = { gitDir, repository: source.repository, timeoutMs, maxOutputBytes, signal };
    return (await runGit({ ...call, args })).stdout;
  };
  const file = await ask('ls-tree', '-z', source.sha, '--', '.gitmodules');
  // As a link it would be read from wherever that leads.
  const [, blob] = /^100\d{3} blob ([0-9a-f]+)\t/.exec(file) ?? [];
  if (blob === undefined) return [];
  // Without `--no-includes` a path in the file could name a file of this machine.
  const named = parseGitmodules(await ask('config', '--no-includes', '--blob', blob, '--list', '-z'));
  if (named.length === 0) return [];
  const links = parseGitlinks(await ask('ls-tree', '-z', source.sha, '--', ...named.map(({ path }) => path)));
  return named.flatMap((submodule) => {
    const sha = links.get(submodule.path);
    return sha === undefined ? [] : [{ ...submodule, sha }];
  });
}
