import { messageOf } from '../errors.ts';
import { type CommandAction, type CommandLog, decideCommand } from './command.ts';
import { type CommentAnswer, type CommentRequest, commandHelp } from './comment-command.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import { type Forge, ForgeRefusal } from './forge.ts';
import type { History } from './history.ts';
import { plainMarkdown } from './plain-markdown.ts';
import { isFinal, type Run } from './run.ts';
import type { RunStore } from './run-store.ts';

export type CommentPorts = {
  history: Pick<History, 'listRuns'>;
  store: Pick<RunStore, 'get'>;
  commands: Pick<CommandLog, 'append' | 'outcomeOf'>;
  now: () => number;
};

/** `answers` are to be given once the delivery is settled. */
export type Answered = { no: string; answers: CommentAnswer[] } | { again: string };

type Asked = Pick<RecordedDelivery, 'id' | 'source' | 'tries' | 'isLate' | 'isReplay'>;

/** After so many tries nobody waits for an answer any more. */
const maxTries = 5;
/** Of one commit. */
const mostRuns = 20;

/**
 * Writes down the commands that a comment stands for, when whoever wrote it may write to the repository, and says what
 * it is answered. Whoever may not is told by a sign alone, so that nobody can make hookline talk.
 */
export async function answerComment(
  request: CommentRequest,
  delivery: Asked,
  forge: Pick<Forge, 'mayWrite' | 'pullRequestHead'>,
  ports: CommentPorts,
  signal: AbortSignal,
): Promise<Answered> {
  const { repository, pullRequest, by, command } = request;
  const asked = `${by} wrote /hookline ${command.type === 'mistake' ? '…' : command.type}`;
  const answer = (said: string, sign: CommentAnswer['sign'], text?: string): Answered => {
    const { source: provider, id } = delivery;
    const { commentId } = request;
    const given = { provider, id, repository, pullRequest, commentId, sign };
    return { no: `${asked}: ${said}`, answers: [{ ...given, ...(text === undefined ? {} : { text }) }] };
  };
  const refuse = (why: string) => answer(why, 'refused', plainMarkdown(why));
  try {
    if (!(await forge.mayWrite?.(repository, by, { signal }))) {
      return answer(`and may not, for that takes the right to write to ${repository}`, 'refused');
    }
    if (command.type === 'help') return answer('is told what there is', 'taken', commandHelp);
    if (command.type === 'mistake') return refuse(command.message);
    // What it spoke of when it was written is not what stands there now; an approval names its commit.
    if (delivery.isLate && !delivery.isReplay && !('sha' in command)) {
      return refuse('hookline was not there when this was written: write it again if it is still wanted');
    }
    const head = await forge.pullRequestHead?.(repository, pullRequest, { signal });
    if (head === undefined) return refuse('this pull request is not open any more');
    if ('sha' in command && command.sha !== head) {
      return refuse(`the head of this pull request is ${head}, and the comment names ${command.sha}`);
    }
    const runs = await runsOf({ repository, pullRequest, sha: head }, ports);
    const outcomes = await earlier(runs, delivery.id, ports);
    if (outcomes.length === 0) {
      const chosen = chosenOf(command, runs, pullRequest);
      if (typeof chosen === 'string') return refuse(chosen);
      for (const run of chosen) {
        outcomes.push(await ask(run, actionOf(command, run), by, delivery.id, ports));
      }
    }
    const done = outcomes.filter(({ refused }) => refused === undefined);
    const names = done.map(({ number }) => `#${number}`).join(', ');
    return done.length > 0
      ? answer(`run ${names}`, 'taken')
      : refuse(outcomes.map(({ refused }) => refused).join('; '));
  } catch (error) {
    const isOver = error instanceof ForgeRefusal || delivery.tries + 1 >= maxTries;
    if (!isOver) return { again: messageOf(error) };
    return { no: `${asked}: ${messageOf(error)}`, answers: [] };
  }
}

/** The runs of the head: those of the pull request, and of the push that brought it. The newest first. */
async function runsOf(
  { repository, pullRequest, sha }: { repository: string; pullRequest: number; sha: string },
  { history, store }: CommentPorts,
): Promise<Run[]> {
  const { items } = await history.listRuns({ repository, sha }, { limit: mostRuns });
  const shown = items.filter((item) => item.event === 'push' || item.pullRequest === pullRequest);
  const runs: Run[] = [];
  for (const { id } of shown) {
    const run = await store.get(id);
    if (run) runs.push(run);
  }
  return runs;
}

/** Which of the runs are meant, or why none is. */
function chosenOf(command: Decided, runs: readonly Run[], pullRequest: number): Run[] | string {
  const newest = runs.filter(
    ({ change }, index) => runs.findIndex((other) => other.change.event === change.event) === index,
  );
  switch (command.type) {
    case 'cancel': {
      const underway = runs.filter(({ status }) => !isFinal(status));
      return underway.length > 0 ? underway : 'nothing is running for the head of this pull request';
    }
    case 'retry': {
      const failed = newest.filter(({ status }) => status !== 'success');
      if (newest.length === 0) return 'there is no run of the head of this pull request';
      return failed.length > 0 ? failed : newest;
    }
    case 'approve':
    case 'reject': {
      const own = newest.filter(({ change }) => change.pullRequest?.number === pullRequest);
      return own.length > 0 ? own : 'there is no run of this pull request and commit';
    }
  }
}

type Decided = Exclude<CommentRequest['command'], { type: 'help' | 'mistake' }>;

function actionOf(command: Decided, run: Run): CommandAction {
  switch (command.type) {
    case 'cancel':
      return { type: 'cancel' };
    case 'retry':
      return { type: 'retry', scope: run.status === 'success' ? 'all' : 'failed' };
    case 'approve':
    case 'reject':
      return { digest: run.pipeline.digest, ...command };
  }
}

type Outcome = { number: number; refused?: string };

const commandId = (deliveryId: string, { id }: Run) => `${deliveryId}-${id}`;

/** What was carried out already, by a planning of this delivery that did not come to its end, is told as it went. */
async function earlier(
  runs: readonly Run[],
  deliveryId: string,
  { commands }: CommentPorts,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const run of runs) {
    const before = await commands.outcomeOf(commandId(deliveryId, run));
    const refused = before?.outcome === 'refused' ? { refused: before.message } : {};
    if (before) outcomes.push({ number: run.number, ...refused });
  }
  return outcomes;
}

/** Looked at first as it will be carried out, so that a no is told to whoever asked. */
async function ask(
  run: Run,
  action: CommandAction,
  by: string,
  deliveryId: string,
  { commands, now }: CommentPorts,
): Promise<Outcome> {
  const { number } = run;
  const command = { id: commandId(deliveryId, run), runId: run.id, action, by, createdAtMs: now() };
  const decided = decideCommand(run, command, now());
  if ('refused' in decided) return { number, refused: decided.refused };
  await commands.append(command);
  return { number };
}
