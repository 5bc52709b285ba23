import type { CommitStatus } from '../githost/commit-statuses.ts';
import type { Scene } from './scene.ts';
import { waitFor } from './wait-for.ts';

const statusesMs = 20_000;

/** What the git host was told about a commit in this context, oldest first, once the last word is not `pending`. */
export async function awaitStatuses(
  { host, repository, signal }: Pick<Scene, 'host' | 'repository' | 'signal'>,
  sha: string,
  context: string,
): Promise<CommitStatus[]> {
  const ended = () => {
    const statuses = host.statuses(repository, sha).filter((status) => status.context === context);
    return statuses.length > 0 && statuses[0]?.state !== 'pending' ? statuses.toReversed() : undefined;
  };
  return waitFor(`a last status of ${context} on ${sha.slice(0, 7)}`, ended, {
    timeoutMs: statusesMs,
    signal,
  });
}

/** Shows them as a person sees them beside a commit. */
export function showStatuses({ terminal }: Pick<Scene, 'terminal'>, statuses: readonly CommitStatus[]): void {
  for (const { state, context, description } of statuses) {
    terminal.status(state, `${context}  ${state}  ${description}`);
  }
}
