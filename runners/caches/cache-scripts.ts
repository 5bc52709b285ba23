import { shellWord } from '../engine/shell-word.ts';

/**
 * The scripts that pack and unpack run in the job's own container, as its own user: `~` is the container's, owners and
 * modes are those that its steps see, and no archive, whoever made it, reaches further than the job itself.
 *
 * They must suit dash, bash and busybox, and any tar. `workspace` and `home` are links in a directory made for the purpose,
 * so that the names in the archive hold neither the place of the workspace nor that of the home directory.
 */
const enter = `d=$(mktemp -d "\${TMPDIR:-/tmp}/hookline-XXXXXX") || exit 1
mkdir -p "\${HOME:-/}"
ln -s "$PWD" "$d/workspace" && ln -s "\${HOME:-/}" "$d/home" && cd "$d" || exit 1
`;

const leave = 'cd / && rm -rf "$d"\n';

/** `~/.npm` → `home/.npm`, `node_modules` → `workspace/node_modules`. */
export function archivedName(path: string): string {
  return path.startsWith('~/') ? `home/${path.slice(2)}` : `workspace/${path}`;
}

/**
 * Writes those of the paths that there are into the archive, at most one byte more than may be, and then into `result` a
 * line with tar's exit code, one with the indices of these paths, and what tar said.
 */
export function packScript(
  paths: readonly string[],
  files: { archive: string; result: string },
  limitBytes: number,
): string {
  const names = paths.map((path) => shellWord(archivedName(path)));
  const takes = names.map(
    (name, index) => `[ -e ${name} ] && set -- "$@" ${name} && found="$found ${index}"`,
  );
  return `${enter}found=
set --
${takes.join('\n')}
echo 0 >code
: >said
if [ $# -gt 0 ]; then
  { tar -cf - "$@" 2>said; echo $? >code; } | head -c ${limitBytes + 1} >${shellWord(archivedName(files.archive))}
fi
{ cat code; echo "$found"; tail -c 500 said; } >${shellWord(archivedName(files.result))}
${leave}`;
}

/**
 * Takes out of the archive what stands at or below the paths, and nothing else. When that fails, those of the paths that
 * were not there before are removed again: nothing is better than a part.
 */
export function unpackScript(paths: readonly string[], archive: string): string {
  const names = paths.map((path) => shellWord(archivedName(path)));
  const looks = names.map((name, index) => `[ -e ${name} ] || [ -L ${name} ] || new${index}=1`);
  const removals = names.map((name, index) => `  [ -n "$new${index}" ] && rm -rf ${name}`);
  return `${enter}${looks.join('\n')}
tar -xpf ${shellWord(archivedName(archive))} ${names.join(' ')} 2>said
code=$?
if [ $code -ne 0 ]; then
  tail -c 500 said
${removals.join('\n')}
fi
${leave}exit $code
`;
}
