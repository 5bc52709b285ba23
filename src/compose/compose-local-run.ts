import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { newId } from '../ids.ts';
import { carryOutRun } from '../local/carry-out-run.ts';
import { findWorkingTree } from '../local/find-working-tree.ts';
import { createLocalCarrier, type ShellPlace } from '../local/local-carrier.ts';
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
import { unisolatedText } from '../read-engine.ts';
import type { Run } from '../runs/run.ts';
import { type OpenedEngine, openEngine, type Terminal } from './open-engine.ts';
import { openLocalExecutor } from './open-local-executor.ts';
import { openTemplates } from './open-templates.ts';
import { readSettings } from './read-settings.ts';

export type LocalRunRequest = {
  directory: string;
  selection: Selection;
  event: WantedEvent;
  secrets: Readonly<Record<string, string>>;
  out: string;
  /** The person's own, for a shell in the container of a step that failed. */
  terminal?: Terminal;
  /** Steps are processes of this machine, whatever the environment says of engines. */
  noDocker: boolean;
  environment: Environment;
};

type Environment = Readonly<Record<string, string | undefined>>;

const engineMs = 10_000;

/**
 * `hookline run`: planner, transition and executor of the service in this process, over a copy of the working tree. There
 * is no Redis, no database and no web; what it opens is closed before it resolves, however it ends. Throws a `Refusal` for
 * what cannot be begun.
 */
export async function runLocally(
  request: LocalRunRequest,
  screen: Screen,
  signals: { cancel: AbortSignal; hurry: AbortSignal },
): Promise<Run> {
  const startedAtMs = systemClock.now();
  const { directory, secrets, environment } = request;
  const { cancel } = signals;
  const note = (text: string) => void screen.take({ type: 'note', text });
  const config = settingsOf(request);
  const home = join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hookline');
  const opened = openEngine(config, join(home, 'processes'));
  const { engine } = opened;
  /** In the order in which they are called. */
  const closers: (() => Promise<unknown>)[] = [() => engine.close()];
  try {
    const reached = engine.check(AbortSignal.any([cancel, AbortSignal.timeout(engineMs)]));
    reached.catch(() => {});
    const { root, created, source, notes } = await plan(request, config, startedAtMs, cancel);
    for (const text of notes) note(text);
    await reached;
    if (engine.isolation === 'none')
      note('without isolation: steps run as you, with your files and programs');

    const out = resolve(directory, request.out);
    const { plan: planned, jobIds } = created;
    const jobs = planned.jobs.map(({ name }, index) => ({ id: jobIds[index] ?? '', name }));
    const made = await openOutDirectory(out, jobs);
    const sweep = (owner: string) => engine.sweep(owner, new Set());
    // What a killed run left is removed by one that has the same engine to do it with.
    const runs = engine.isolation === 'none' ? 'unisolated-runs' : 'runs';
    const place = await openRunDirectory(join(home, runs), created.id, sweep);
    closers.unshift(place.close);
    const snapshot = join(place.path, 'tree');
    const hasCommit = source.sha !== noCommit;
    const tree = { root, leaveOut: ['.hookline', relative(root, out)], ...(hasCommit ? { source } : {}) };
    const { files, withoutGit } = await makeSnapshot(tree, snapshot, cancel);
    note(`a copy of ${countText(files, 'file')} is built: what git tracks, and what is new and not ignored`);
    if (withoutGit !== undefined) note(`there is no .git in the copy, for ${withoutGit}`);

    const hasCaches = planned.jobs.some((job) => job.kind === 'build' && job.caches);
    const executor = await openLocalExecutor({
      ...{ engine, place, limits: config.cache, log: screenLog(note) },
      ...(hasCaches ? { cachesDirectory: join(home, 'caches') } : {}),
    });
    closers.unshift(executor.close);
    const artifacts: MadeArtifact[] = [];
    const carryOut = createLocalCarrier(
      { ...executor.ports, blobs: made.blobs },
      {
        ...{ source, snapshot, secrets, screen, out: made },
        limits: { ...config.job, logLimitBytes: config.logLimitBytes },
        onArtifact: ({ path, ...rest }) => void artifacts.push({ ...rest, path: relative(directory, path) }),
        ...shellOf(request, opened),
      },
    );
    const run = await carryOutRun(created, {
      ...{ carryOut, clock: systemClock, newId, slots: config.slots, ...signals },
      person: environment['USER'] || 'whoever ran it',
      onRun: (state) => void screen.take({ type: 'run', run: state, nowMs: systemClock.now() }),
    });
    const logs = join(relative(directory, out), '*', 'log.txt');
    for (const line of summary(run, { artifacts, logs, tookMs: systemClock.now() - startedAtMs })) note(line);
    return run;
  } finally {
    for (const close of closers) {
      await close().catch((error: unknown) => note(`left to the next run to remove: ${String(error)}`));
    }
  }
}

/** Of the service's settings those of jobs; what it listens on and whom it knows is nothing to a run here. */
function settingsOf({ environment, noDocker }: LocalRunRequest): Config {
  const entries = Object.entries(environment);
  const config = readSettings(
    Object.fromEntries(entries.filter(([name]) => name.startsWith('HOOKLINE_') || name === 'DOCKER_HOST')),
  );
  if (!noDocker) return config;
  if (!config.allowUnisolated) throw new LocalRefusal('not-allowed', unisolatedText('--no-docker'));
  return { ...config, engine: 'process' };
}

/** What is to be carried out, and what there is to say of it; nothing has been begun yet. */
async function plan(
  { directory, selection, event, secrets }: LocalRunRequest,
  config: Config,
  nowMs: number,
  signal: AbortSignal,
) {
  const root = findWorkingTree(directory);
  if (root === undefined) {
    const message = `${directory} is in no working tree of git, and git says what is to be built: git init`;
    throw new LocalRefusal('no-working-tree', message);
  }
  const tree = await readWorkingTree(root, signal);
  const images = config.travisImages === undefined ? {} : { images: config.travisImages };
  const pipeline = readLocalPipeline(root, openTemplates(), images);
  const change = makeChange(tree, event);
  const { runTimeoutMs, job: policy } = config;
  const { created, notes } = planLocalRun(pipeline, change, {
    selection,
    secrets,
    policy,
    runTimeoutMs,
    nowMs,
    newId,
  });
  const { repository, ref, sha } = change;
  const at = tree.head ? ` at ${tree.head.sha.slice(0, 10)}` : '';
  const changes = tree.changes === 0 ? 'nothing uncommitted' : countText(tree.changes, 'uncommitted change');
  return {
    root,
    created,
    source: { repository, ref, sha, cloneUrl: `file://${encodeURI(root)}` },
    notes: [
      `${repository}${at} with ${changes}; ${pipeline.file}, ${shownReference(change)}`,
      ...pipeline.notes,
      ...notes,
    ],
  };
}

function shellOf({ terminal }: LocalRunRequest, { openShell }: OpenedEngine) {
  if (!terminal) return {};
  return { openShell: (place: ShellPlace) => openShell(place, terminal) };
}
