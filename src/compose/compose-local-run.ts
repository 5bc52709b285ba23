import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createCacheStore } from '../../runners/caches/cache-store.ts';
import { openLocalCaches } from '../../runners/caches/local-caches.ts';
import { createDockerEngine } from '../../runners/engine/docker/docker-engine.ts';
import { openShell } from '../../runners/engine/docker/open-shell.ts';
import { openRooms } from '../../runners/rooms.ts';
import { treeBytes, volumeBytes } from '../../runners/workspace/disk-use.ts';
import { openWorkspaces } from '../../runners/workspace/workspaces.ts';
import { openDirectoryStore } from '../blobs/directory-store.ts';
import { createMemoryStore } from '../blobs/memory-store.ts';
import { systemClock } from '../clock.ts';
import { newId } from '../ids.ts';
import { carryOutRun } from '../local/carry-out-run.ts';
import { findWorkingTree } from '../local/find-working-tree.ts';
import { createLocalCarrier } from '../local/local-carrier.ts';
import { LocalRefusal } from '../local/local-refusal.ts';
import { makeChange, noCommit, shownReference, type WantedEvent } from '../local/make-change.ts';
import { makeSnapshot } from '../local/make-snapshot.ts';
import { openOutDirectory } from '../local/out-directory.ts';
import { planLocalRun } from '../local/plan-local-run.ts';
import { readLocalPipeline } from '../local/read-local-pipeline.ts';
import { openRunDirectory } from '../local/run-directory.ts';
import { screenLog } from '../local/screen-log.ts';
import type { Selection } from '../local/select-jobs.ts';
import type { Screen } from '../local/view/screen.ts';
import { type MadeArtifact, summary } from '../local/view/summary.ts';
import { countText } from '../local/view/words.ts';
import { readWorkingTree } from '../local/working-tree.ts';
import type { Run } from '../runs/run.ts';
import { openTemplates } from './open-templates.ts';
import { readSettings } from './read-settings.ts';

export type LocalRunRequest = {
  directory: string;
  selection: Selection;
  event: WantedEvent;
  secrets: Readonly<Record<string, string>>;
  out: string;
  /** The person's own, for a shell in the container of a step that failed. */
  terminal?: Parameters<typeof openShell>[1];
  environment: Readonly<Record<string, string | undefined>>;
};

const engineMs = 10_000;

/**
 * `hookline run`: planner, transition and executor of the service in this process, over a copy of the working tree. There
 * is no Redis, no database and no web; what it opens is closed before it resolves, however it ends.
 */
export async function runLocally(
  request: LocalRunRequest,
  screen: Screen,
  { cancel, hurry }: { cancel: AbortSignal; hurry: AbortSignal },
): Promise<Run> {
  const startedAtMs = systemClock.now();
  const { directory, selection, event, secrets, environment } = request;
  const note = (text: string) => void screen.take({ type: 'note', text });
  const root = findWorkingTree(directory);
  if (root === undefined) {
    const why = 'git says which files are to be built';
    throw new LocalRefusal(
      'no-working-tree',
      `${directory} is in no working tree of git, and ${why}: git init`,
    );
  }
  const config = readSettings(environment);
  const engine = createDockerEngine({ dockerHost: config.dockerHost });
  const closers: (() => Promise<unknown>)[] = [() => engine.close()];
  try {
    const reached = engine.check(AbortSignal.any([cancel, AbortSignal.timeout(engineMs)]));
    reached.catch(() => {});
    const tree = await readWorkingTree(root, cancel);
    const images = config.travisImages === undefined ? {} : { images: config.travisImages };
    const local = readLocalPipeline(root, openTemplates(), images);
    const change = makeChange(tree, event);
    const policy = config.job;
    const { runTimeoutMs } = config;
    const planned = planLocalRun(local, change, {
      ...{ selection, secrets, policy, runTimeoutMs, newId },
      nowMs: startedAtMs,
    });
    const { created } = planned;
    const at = tree.head ? ` at ${tree.head.sha.slice(0, 10)}` : '';
    const changes =
      tree.changes === 0 ? 'nothing uncommitted' : countText(tree.changes, 'uncommitted change');
    note(`${change.repository}${at} with ${changes}; ${local.file}, ${shownReference(change)}`);
    for (const text of [...local.notes, ...planned.notes]) note(text);
    await reached;

    const home = join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hookline');
    const place = await openRunDirectory(join(home, 'runs'), created.id, (owner) =>
      engine.sweep(owner, new Set()),
    );
    closers.unshift(() => place.close());
    const out = resolve(directory, request.out);
    const jobs = created.plan.jobs.map(({ name }, index) => ({ id: created.jobIds[index] ?? '', name }));
    const made = await openOutDirectory(out, jobs);
    const snapshot = join(place.path, 'tree');
    const source = { repository: change.repository, cloneUrl: 'file:///', ref: change.ref, sha: change.sha };
    const taken = await makeSnapshot(
      {
        root,
        ...(change.sha === noCommit ? {} : { source: { ...source, cloneUrl: `file://${encodeURI(root)}` } }),
        leaveOut: ['.hookline', relative(root, out)],
      },
      snapshot,
      cancel,
    );
    note(
      `a copy of ${countText(taken.files, 'file')} is built: what git tracks, and what is new and not ignored`,
    );
    if (taken.withoutGit !== undefined) note(`there is no .git in the copy, for ${taken.withoutGit}`);

    const log = screenLog(note);
    const workspaces = await openWorkspaces({ root: join(place.path, 'workspaces') });
    const rooms = openRooms(
      {
        engine,
        log,
        workspaces: {
          create: workspaces.create,
          remove: async (id) => void (await workspaces.remove(id)),
          sweep: async (keep) => void (await workspaces.sweep(keep)),
        },
      },
      { owner: place.owner, warmRooms: 0, clock: systemClock, newId },
    );
    closers.unshift(
      () => rooms.sweep(),
      () => rooms.close(),
    );
    const hasCaches = created.plan.jobs.some((job) => job.kind === 'build' && job.caches);
    const caches = hasCaches ? await openDirectoryStore({ root: join(home, 'caches') }) : createMemoryStore();
    closers.unshift(() => caches.close());
    // Only while the run lasts: the store is on the same disk.
    const entries = await openLocalCaches({
      directory: join(place.path, 'caches'),
      limitBytes: 0,
      now: systemClock.now,
    });
    const artifacts: MadeArtifact[] = [];
    const carrier = createLocalCarrier(
      {
        engine,
        rooms,
        blobs: made.blobs,
        disk: { volumeBytes, treeBytes },
        caches: {
          store: createCacheStore(
            { blobs: caches, local: entries },
            { repositoryLimitBytes: config.cache.repositoryBytes },
          ),
          local: entries,
          clock: systemClock,
          limitBytes: config.cache.entryBytes,
        },
        clock: systemClock,
        log,
      },
      {
        source,
        snapshot,
        secrets,
        limits: { ...policy, logLimitBytes: config.logLimitBytes },
        screen,
        out: made,
        onArtifact: ({ path, ...artifact }) =>
          void artifacts.push({ ...artifact, path: relative(directory, path) }),
        ...shellOf(request, config.dockerHost),
      },
    );
    const run = await carryOutRun(created, {
      slots: config.slots,
      person: environment['USER'] || 'you',
      carryOut: carrier,
      onRun: (state) => void screen.take({ type: 'run', run: state, nowMs: systemClock.now() }),
      clock: systemClock,
      newId,
      cancel,
      hurry,
    });
    const logs = `${relative(directory, out) || '.'}/*/log.txt`;
    for (const line of summary(run, { artifacts, logs, tookMs: systemClock.now() - startedAtMs })) note(line);
    return run;
  } finally {
    for (const close of closers)
      await close().catch((error: unknown) => note(`left behind: ${String(error)}`));
  }
}

function shellOf({ terminal }: LocalRunRequest, dockerHost: string | undefined) {
  if (!terminal) return {};
  type Place = { containerId: string; env: Record<string, string>; workingDirectory: string };
  return { openShell: (place: Place) => openShell({ dockerHost, ...place }, terminal) };
}
