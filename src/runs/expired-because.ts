import type { Expired, RetentionPolicy } from './retention.ts';

const dayMs = 86_400_000;

/** Why the policy lets go of it, for people. `place`: the how manyth newest run of its branch that has artifacts. */
export function expiredBecause(
  { kind, finishedAtMs, place }: Pick<Expired, 'kind' | 'finishedAtMs'> & { place: number },
  { artifactMs, artifactRuns, logMs }: RetentionPolicy,
  nowMs: number,
): string {
  const keptMs = kind === 'log' ? logMs : artifactMs;
  if (keptMs !== undefined && finishedAtMs < nowMs - keptMs) {
    const what = kind === 'log' ? 'logs' : 'artifacts';
    return `${what} are kept for ${daysText(keptMs)} after their run`;
  }
  const newer = place - 1;
  const kept = artifactRuns === 1 ? 'run' : `${artifactRuns} runs`;
  return `artifacts are kept of the newest ${kept} of a branch, and ${newer} ${newer === 1 ? 'is' : 'are'} newer`;
}

function daysText(ms: number): string {
  const days = Math.round((ms / dayMs) * 10) / 10;
  return days === 1 ? '1 day' : `${days} days`;
}
