import { messageOf } from '../../src/errors.ts';
import { ArtifactRefusal } from '../artifacts/artifact-refusal.ts';
import { collectFiles } from '../artifacts/collect-files.ts';
import { matchesName } from '../artifacts/match-patterns.ts';
import type { FileEntry } from '../artifacts/zip-entry.ts';

export type FoundReports = { files: FileEntry[]; problems: string[] };

/** What a pattern may match before it is taken for a mistake. */
const mostMatches = 20_000;

/**
 * The reports of one kind in a workspace that is not trusted, by the rules of artifacts: no link is followed. Below a
 * directory those count whose names end as reports do. Each pattern that finds nothing, or nothing that may be read, is a
 * problem that names it, and the others go on.
 */
export async function findReportFiles(
  patterns: readonly string[],
  options: { kind: 'junit' | 'coverage'; root: string; endings: readonly string[]; signal: AbortSignal },
): Promise<FoundReports> {
  const { kind, root, endings, signal } = options;
  const files = new Map<string, FileEntry>();
  const problems: string[] = [];
  for (const pattern of patterns) {
    const quoted = `reports.${kind} ${JSON.stringify(pattern)}`;
    try {
      const entries = await collectFiles({ root, patterns: [pattern], maxFiles: mostMatches, signal });
      const last = pattern.slice(pattern.lastIndexOf('/') + 1);
      const reports = entries.filter(
        ({ name }) => endings.some((ending) => name.endsWith(ending)) || matchesName(last, baseOf(name)),
      );
      const found = reports.filter((entry) => entry.kind === 'file');
      const links = reports.filter((entry) => entry.kind === 'symlink');
      for (const { name } of links)
        problems.push(`${quoted}: ${name} is a symbolic link, which is not followed`);
      if (found.length === 0 && links.length === 0) {
        problems.push(`${quoted} has no report: no file in it ends in ${endings.join(', ')}`);
      }
      for (const entry of found) files.set(entry.name, entry);
    } catch (error) {
      if (!(error instanceof ArtifactRefusal)) throw error;
      problems.push(
        error.code === 'pattern-unmatched' ? unmatched(quoted) : `${quoted}: ${messageOf(error)}`,
      );
    }
  }
  return { files: [...files.values()], problems };
}

function unmatched(quoted: string): string {
  return `${quoted} matches no report in the workspace; check its spelling, and that the steps write it`;
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
