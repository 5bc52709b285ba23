import { schedulesOf } from '../../pipelines/match-trigger.ts';
import type { Pipeline } from '../../pipelines/pipeline.ts';
import type { Change } from './change.ts';
import { loadCronTimes } from './cron-times.ts';
import type { Forge } from './forge.ts';
import type { RemoteRefs, RemoteRepository } from './remote-refs.ts';
import type { ScheduleBook } from './schedule.ts';

export type LearnPorts = {
  schedules: ScheduleBook;
  refs: RemoteRefs;
  now: () => number;
  newId: () => string;
};

export type BranchFile = { pipeline: Pipeline; digest: string };

/**
 * Keeps the schedules of a branch as they stand in the file at its head; without a file it has none. A change that came
 * late need not be the head any more: then the file of another commit has the word.
 */
export async function learnSchedules(
  change: Change & { branch: string },
  file: BranchFile | undefined,
  { forge, isLate }: { forge: Forge; isLate: boolean },
  ports: LearnPorts,
  signal: AbortSignal,
): Promise<void> {
  const { repository, ref } = change;
  const branch = { repository, name: change.branch };
  if (isLate) {
    const heads = await ports.refs.list(await remoteOf(change, forge, signal), [ref], { signal });
    if (heads.get(ref) !== change.sha) return;
  }
  if (file === undefined || file.pipeline.on.schedules.length === 0) {
    await ports.schedules.keep(branch, []);
    return;
  }
  const needsDefault = file.pipeline.on.schedules.some((schedule) => schedule.branch === undefined);
  const defaultBranch =
    change.defaultBranch ??
    (needsDefault
      ? await ports.refs.defaultBranch(await remoteOf(change, forge, signal), { signal })
      : undefined);
  const timesOf = await loadCronTimes();
  const known = {
    provider: change.provider,
    ...branch,
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
    ...(change.codecommit === undefined ? {} : { codecommit: change.codecommit }),
  };
  await ports.schedules.keep(
    branch,
    schedulesOf(file.pipeline.on, { branch: branch.name, ...known }).map(({ cron, timezone, missed }) => ({
      id: ports.newId(),
      branch: known,
      cron,
      timezone,
      missed,
      digest: file.digest,
      dueAtMs: timesOf({ cron, timezone })(ports.now()),
    })),
  );
}

/** Where the repository of a change is asked for its references. */
export async function remoteOf(
  change: Pick<Change, 'repository' | 'codecommit' | 'ref'>,
  forge: Forge,
  signal: AbortSignal,
): Promise<RemoteRepository> {
  const { cloneUrl } = forge.sourceOf({ ...change, sha: '' });
  const credential = await forge.cloneCredential(change, { signal });
  return { repository: change.repository, cloneUrl, ...(credential ? { credential } : {}) };
}
