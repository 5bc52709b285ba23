import { matchTrigger } from '../../pipelines/match-trigger.ts';
import { type Plan, planRun } from '../../pipelines/plan.ts';
import type { Problem } from '../../pipelines/problem.ts';
import { supersedesOlder } from '../../pipelines/supersede.ts';
import { explainTemplate, templateOf } from '../../pipelines/templates/template-file.ts';
import type { Reason } from '../contract/job-event.ts';
import { Refusal } from '../errors.ts';
import { addressAuthors } from './address-authors.ts';
import { answerRequest, type RequestsPorts } from './answer-request.ts';
import type { Change, Interpretation } from './change.ts';
import type { NewRun } from './create-run.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import type { Effect } from './effect.ts';
import { endOver } from './end-over.ts';
import { type Forge, type PipelineSource, SourceRefusal } from './forge.ts';
import type { HeadBook } from './head-book.ts';
import { type JobPolicy, refusedOf } from './job-policy.ts';
import { type BranchFile, learnSchedules } from './learn-schedules.ts';
import { lookUpChange } from './look-up-change.ts';
import { foundBefore, noteHeads } from './note-heads.ts';
import { parseOnce } from './parse-once.ts';
import { interpretOwnDelivery } from './plan-own-delivery.ts';
import {
  maxSourceTries,
  pipelineFile,
  readPipeline,
  type Templates,
  withCommitFacts,
} from './read-pipeline.ts';
import type { RemoteRefs } from './remote-refs.ts';
import { requiredChecks } from './required-checks.ts';
import type { ScheduleBook } from './schedule.ts';
import { triggerOf } from './trigger-of.ts';

export type PlanPorts = {
  forges: Partial<Record<Change['provider'], Forge>>;
  pipelines: PipelineSource;
  /** Absent: nothing is built at a time of its own. */
  calendar?: { schedules: ScheduleBook; refs: RemoteRefs };
  /** Absent: nobody looks for what never arrived. */
  heads?: HeadBook;
  /** Names of the repositories that may have runs; absent: any whose delivery verifies. */
  repositories?: ReadonlySet<string>;
  /** Absent: nobody answers the buttons beside checks, and the commands in comments. */
  requests?: RequestsPorts;
  /** Absent: a repository without a pipeline file has no runs. */
  templates?: Templates;
  /** Images of translated files, in place of the official ones. */
  travisImages?: Readonly<Record<string, string>>;
  /** How long a run may take whose pipeline sets no limit. */
  runTimeoutMs?: number;
  /** Absent: jobs may have whatever they ask for. */
  policy?: JobPolicy;
  now: () => number;
  newId: () => string;
};

/** `notes`: what is to be said of the runs. `effects`: beside them. `again`: the code cannot be reached just now. */
export type Planned =
  | { runs: NewRun[]; no: string[]; notes?: string[]; effects?: Effect[] }
  | { again: string };

/**
 * Turns a recorded delivery into the runs it asks for, and into the reasons for what it does not get. Everything
 * about the delivery itself ends in one or the other; only a source that is out of reach is to be tried again.
 */
export async function planDelivery(
  delivery: RecordedDelivery,
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<Planned> {
  const answered = await answerRequest(delivery, ports, signal);
  if (answered) return answered;
  const asked = await interpret(delivery, ports, signal);
  if ('again' in asked) return asked;
  for (const branch of delivery.isLate ? [] : (asked.deleted ?? [])) {
    await ports.calendar?.schedules.keep(branch, []);
  }
  if (ports.heads) await noteHeads(asked, delivery, { ...ports, heads: ports.heads }, ports.now());
  if ('ignored' in asked) {
    const { over } = asked;
    const ended = over && ports.requests && (await endOver(over, delivery, { ...ports, ...ports.requests }));
    return { runs: [], no: [asked.ignored, ...(ended === undefined ? [] : [ended])] };
  }

  const planned: Exclude<Planned, { again: string }> = {
    runs: [],
    no: (asked.leftOut ?? []).map((left) => `${left.ref}: ${left.reason}`),
  };
  for (const change of asked.changes) {
    const forge = ports.forges[change.provider];
    const outcome = forge
      ? await planChange(change, forge, delivery, ports, signal)
      : { no: `${change.provider} is not set up here` };
    if ('again' in outcome) return outcome;
    if ('no' in outcome) {
      planned.no.push(`${change.ref}: ${outcome.no}`);
      planned.effects = [...(planned.effects ?? []), ...(outcome.effects ?? [])];
    } else planned.runs.push(outcome.run);
    if ('note' in outcome) planned.notes = [...(planned.notes ?? []), `${change.ref}: ${outcome.note}`];
  }
  return planned;
}

async function interpret(
  delivery: RecordedDelivery,
  { forges, calendar, heads }: PlanPorts,
  signal: AbortSignal,
): Promise<Interpretation | { again: string }> {
  if (delivery.source === 'hookline') {
    if (!calendar) return { ignored: 'schedules are not set up here' };
    const mayTryAgain = delivery.tries + 1 < maxSourceTries;
    return interpretOwnDelivery(delivery, { forges, heads, ...calendar, mayTryAgain }, signal);
  }
  const forge = forges[delivery.source];
  if (!forge) return { ignored: `${delivery.source} is not set up here` };
  try {
    const asked = forge.interpret(delivery);
    if (!('lookUp' in asked) || !asked.lookUp || !calendar) return asked;
    const mayTryAgain = delivery.tries + 1 < maxSourceTries;
    return await lookUpChange(asked.lookUp, { forge, refs: calendar.refs, mayTryAgain }, signal);
  } catch (error) {
    if (error instanceof Refusal) return { ignored: error.message };
    throw error;
  }
}

type PlannedChange = { run: NewRun; note?: string } | { no: string; effects?: Effect[] } | { again: string };

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
  const before = ports.heads && (await foundBefore(change, delivery, ports.heads));
  if (before !== undefined) return { no: before };
  const base = {
    id: ports.newId(),
    repository: change.repository,
    change,
    deliveryId: delivery.id,
    correlationId: delivery.correlationId,
    createdAtMs: ports.now(),
    ...(forge.postCheck ? { reports: 'checks' as const } : {}),
  };
  const broken = (
    error: Reason,
    { file = pipelineFile, problems }: { file?: string; problems?: readonly Problem[] } = {},
  ): PlannedChange => ({
    run: {
      ...base,
      pipeline: { file, digest: '' },
      // Nobody knows what the file wants: what is usual is done.
      supersedes: !delivery.isLate && supersedesOlder({}, change.event),
      error,
      ...(problems ? { problems } : {}),
    },
  });

  const read = await readPipeline(change, forge, ports, delivery.tries, signal);
  const learn = (file: BranchFile | undefined) => learnOf(change, file, forge, delivery, ports, signal);
  if ('no' in read && read.hasNoFile) {
    const problem = await learn(undefined);
    return problem ?? read;
  }
  if ('no' in read || 'again' in read) return read;
  if ('broken' in read) return broken(read.broken);

  const { file } = read;
  const parsed = parseOnce(read.source, file, {
    images: ports.travisImages ?? {},
    ...(read.included ? { included: read.included } : {}),
  });
  if (!parsed.ok) {
    const problems = parsed.problems.filter(({ severity }) => severity === 'error');
    return broken({ code: 'pipeline', message: problemText(problems) }, { file, problems });
  }
  const problem = await learn(parsed);
  if (problem) return problem;
  const leaveOut = async (no: string): Promise<PlannedChange> => {
    const told = await requiredChecks(change, no, delivery, forge, ports.requests?.history, signal);
    return 'again' in told ? told : { no, ...told };
  };
  const match = matchTrigger(parsed.pipeline, triggerOf(change));
  if (!match.matched) {
    return leaveOut(`${match.reason} ${match.line === undefined ? 'in' : 'of'} ${file}`);
  }
  const planned = planRun(parsed.pipeline, triggerOf(change));
  // A check that is required must be told that its job is left out, and only a run can tell it.
  if (!forge.postCheck && planned.jobs.every(({ leftOut }) => leftOut)) {
    return leaveOut(leftOutText(planned, file));
  }
  const { policy } = ports;
  const refused = policy && planned.jobs.flatMap((job) => (job.leftOut ? [] : refusedOf(job, policy)));
  const template = templateOf(file);
  if (refused?.length) {
    // Nobody asked for what a template asks for, so it is no mistake of the repository's.
    if (template) return { no: `the template ${template.name} is for it, but ${refused.join('; ')}` };
    return broken({ code: 'not-allowed', message: cut(refused.join('\n')) }, { file });
  }
  const pipeline = { file, digest: parsed.digest };
  const timeoutMs = planned.timeoutMs ?? ports.runTimeoutMs;
  const plan = {
    ...addressAuthors(planned, read.commit),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  const jobIds = plan.jobs.map(() => ports.newId());
  const supersedes = !delivery.isLate && supersedesOlder(parsed.pipeline.concurrency, change.event);
  return {
    run: {
      ...base,
      change: withCommitFacts(change, read.commit),
      pipeline,
      supersedes,
      warnings: parsed.warnings,
      plan,
      jobIds,
    },
    ...(template ? { note: explainTemplate(template) } : {}),
  };
}

const mostLearnTries = 3;

/** Takes in the schedules of a branch once its file is read. They are no reason to keep a run waiting for long. */
async function learnOf(
  change: Change,
  file: BranchFile | undefined,
  forge: Forge,
  { isLate, tries }: RecordedDelivery,
  { calendar, now, newId }: PlanPorts,
  signal: AbortSignal,
): Promise<{ again: string } | undefined> {
  const { event, branch } = change;
  if (!calendar || branch === undefined || (event !== 'push' && event !== 'schedule')) return undefined;
  try {
    const how = { forge, isLate: isLate === true };
    await learnSchedules({ ...change, branch }, file, how, { ...calendar, now, newId }, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof SourceRefusal)) throw error;
    const passing = error.code === 'unreachable' || error.code === 'timeout';
    return passing && tries < mostLearnTries ? { again: error.message } : undefined;
  }
}

const shownJobs = 5;

/** Every job with the rule and the line that leave it out. */
function leftOutText({ jobs }: Plan, file: string): string {
  const told = jobs
    .slice(0, shownJobs)
    .map(({ name, leftOut }) => `${name}: ${leftOut?.why}, line ${leftOut?.line}`);
  const more = jobs.length > shownJobs ? [`and ${jobs.length - shownJobs} more`] : [];
  return `no job of ${file} is for this change: ${[...told, ...more].join('; ')}`;
}

const maxMessage = 4_000;

/** Every mistake of a pipeline file on a line of its own, as editors and terminals make links of. */
function problemText(problems: readonly Problem[]): string {
  const lines = problems.map(
    ({ file, line, column, message, expected }) => `${file}:${line}:${column} ${message}; ${expected}`,
  );
  return cut(lines.join('\n'));
}

function cut(text: string): string {
  return text.length <= maxMessage ? text : `${text.slice(0, maxMessage - 1)}…`;
}
