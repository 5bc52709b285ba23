import { matchTrigger } from '../../pipelines/match-trigger.ts';

import { planRun } from '../../pipelines/plan.ts';
import type { Problem } from '../../pipelines/problem.ts';
import { supersedesOlder } from '../../pipelines/supersede.ts';
import type { Reason } from '../contract/job-event.ts';
import { Refusal } from '../errors.ts';
import type { Change } from './change.ts';
import type { NewRun } from './create-run.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import { type CommitFacts, type Forge, type PipelineSource, SourceRefusal } from './forge.ts';
import { parseOnce } from './parse-once.ts';
import { findSkipToken } from './skip-token.ts';

export const pipelineFile = '.hookline.yml';

/**
 * How often a source that cannot be reached is tried before its change ends as a run in `error`: with the waits between
 * the tries some twenty minutes, so that a host's outage costs nobody a push.
 */
export const maxSourceTries = 30;

export type PlanPorts = {
  forges: Partial<Record<RecordedDelivery['source'], Forge>>;
  pipelines: PipelineSource;
  /** Names of the repositories that may have runs; absent: any whose delivery verifies. */
  repositories?: ReadonlySet<string>;
  /** How long a run may take whose pipeline sets no limit. */
  runTimeoutMs?: number;
  now: () => number;
  newId: () => string;
};

/** `again`: the code cannot be reached just now. */
export type Planned = { runs: NewRun[]; no: string[] } | { again: string };

/**
 * Turns a recorded delivery into the runs it asks for, and into the reasons for what it does not get. Everything
 * about the delivery itself ends in one or the other; only a source that is out of reach is to be tried again.
 */
export async function planDelivery(
  delivery: RecordedDelivery,
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<Planned> {
  const forge = ports.forges[delivery.source];
  if (!forge) return { runs: [], no: [`${delivery.source} is not set up here`] };
  const asked = interpret(forge, delivery);
  if ('ignored' in asked) return { runs: [], no: [asked.ignored] };

  const planned: { runs: NewRun[]; no: string[] } = {
    runs: [],
    no: (asked.leftOut ?? []).map((left) => `${left.ref}: ${left.reason}`),
  };
  for (const change of asked.changes) {
    const outcome = await planChange(change, forge, delivery, ports, signal);
    if ('again' in outcome) return outcome;
    if ('no' in outcome) planned.no.push(`${change.ref}: ${outcome.no}`);
    else planned.runs.push(outcome.run);
  }
  return planned;
}

function interpret(forge: Forge, delivery: RecordedDelivery) {
  try {
    return forge.interpret(delivery);
  } catch (error) {
    if (error instanceof Refusal) return { ignored: error.message };
    throw error;
  }
}

type PlannedChange = { run: NewRun } | { no: string } | { again: string };

async function planChange(
  change: Change,
  forge: Forge,
  delivery: RecordedDelivery,
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<PlannedChange> {
  if (ports.repositories && !ports.repositories.has(change.repository)) {
    return { no: `repository ${change.repository} is not named in HOOKLINE_REPOSITORIES` };
  }
  const base = {
    id: ports.newId(),
    repository: change.repository,
    change,
    deliveryId: delivery.id,
    correlationId: delivery.correlationId,
    createdAtMs: ports.now(),
  };
  const broken = (error: Reason): PlannedChange => ({
    run: {
      ...base,
      pipeline: { file: pipelineFile, digest: '' },
      // Nobody knows what the file wants: what is usual is done.
      supersedes: !delivery.isLate && supersedesOlder({}, change.event),
      error,
    },
  });

  const read = await readPipeline(change, forge, ports.pipelines, delivery.tries, signal);
  if ('no' in read || 'again' in read) return read;
  if ('broken' in read) return broken(read.broken);

  const parsed = parseOnce(read.source, pipelineFile);
  if (!parsed.ok) return broken({ code: 'pipeline', message: problemText(parsed.problems) });
  const match = matchTrigger(parsed.pipeline, triggerOf(change));
  if (!match.matched)
    return { no: `${match.reason} ${match.line === undefined ? 'in' : 'of'} ${pipelineFile}` };
  const planned = planRun(parsed.pipeline, { ...triggerOf(change), fork: change.fork });
  if (planned.jobs.length === 0) return { no: 'the pipeline has no job for this event' };
  const pipeline = { file: pipelineFile, digest: parsed.digest };
  const timeoutMs = planned.timeoutMs ?? ports.runTimeoutMs;
  const plan = { ...planned, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const jobIds = plan.jobs.map(() => ports.newId());
  const supersedes = !delivery.isLate && supersedesOlder(parsed.pipeline.concurrency, change.event);
  return {
    run: { ...base, change: withCommitFacts(change, read.commit), pipeline, supersedes, plan, jobIds },
  };
}

type ReadPipeline =
  | { source: string; commit: CommitFacts }
  | { no: string }
  | { again: string }
  | { broken: Reason };

async function readPipeline(
  change: Change,
  forge: Forge,
  pipelines: PipelineSource,
  tries: number,
  signal: AbortSignal,
): Promise<ReadPipeline> {
  try {
    const credential = await forge.cloneCredential(change, { signal });
    const code = { ...forge.sourceOf(change), ...(credential ? { credential } : {}) };
    const { files, commit } = await pipelines.read(code, [pipelineFile], { signal });
    // A pull request's event does not carry its head commit's message: only now can it be asked.
    const skip = change.event === 'pull_request' ? findSkipToken(commit.message) : undefined;
    if (skip !== undefined) return { no: `the head commit says ${skip}` };
    const source = files.get(pipelineFile);
    if (source === undefined) return { no: `no ${pipelineFile} at commit ${change.sha.slice(0, 10)}` };
    return { source, commit };
  } catch (error) {
    if (!(error instanceof SourceRefusal)) throw error;
    if (error.code === 'moved') return { no: error.message };
    const passing = error.code === 'unreachable' || error.code === 'timeout';
    if (passing && tries + 1 < maxSourceTries) return { again: error.message };
    return { broken: { code: `source-${error.code}`, message: error.message } };
  }
}

/** Fills in what the provider's event did not say, and the commit that an annotated tag leads to. */
function withCommitFacts(change: Change, commit: CommitFacts): Change {
  const { authorName: name, authorEmail: email } = commit;
  const isAnonymous = change.title === '' && change.message === '';
  return {
    ...change,
    sha: commit.sha,
    ...(isAnonymous ? { title: commit.subject, message: commit.message, author: { name, email } } : {}),
  };
}

function triggerOf(change: Change) {
  return {
    event: change.event,
    ...(change.branch === undefined ? {} : { branch: change.branch }),
    ...(change.tag === undefined ? {} : { tag: change.tag }),
    ...(change.pullRequest === undefined ? {} : { baseBranch: change.pullRequest.baseBranch }),
  };
}

const maxMessage = 4_000;

/** Every mistake of a pipeline file on a line of its own, as editors and terminals make links of. */
function problemText(problems: readonly Problem[]): string {
  const lines = problems
    .filter((problem) => problem.severity === 'error')
    .map(({ file, line, column, message, expected }) => `${file}:${line}:${column} ${message}; ${expected}`);
  const text = lines.join('\n');
  return text.length <= maxMessage ? text : `${text.slice(0, maxMessage - 1)}…`;
}
