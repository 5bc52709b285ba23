import { messageOf } from '../errors.ts';
import type { CheckRequest } from './check-request.ts';
import type { CommandAction, CommandLog } from './command.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import { type Forge, ForgeRefusal } from './forge.ts';
import type { History, RunDetail } from './history.ts';

export type RequestPorts = {
  history: Pick<History, 'job' | 'run' | 'listRuns'>;
  commands: Pick<CommandLog, 'append'>;
  now: () => number;
};

/** After so many tries nobody waits for the button any more. */
const maxTries = 5;
/** Of one commit: one run for each kind of event is what there usually is. */
const mostRuns = 20;

/**
 * Writes down the command that a button stands for, as the API does, when whoever pressed it may write to the
 * repository. The ids of the commands are the delivery's, so that one that is planned twice commands once.
 */
export async function answerCheckRequest(
  request: CheckRequest,
  delivery: Pick<RecordedDelivery, 'id' | 'tries'>,
  forge: Pick<Forge, 'mayWrite'>,
  { history, commands, now }: RequestPorts,
  signal: AbortSignal,
): Promise<{ no: string } | { again: string }> {
  const { repository, by, ask } = request;
  const runs = await runsOf(request, history);
  if (runs.length === 0) return { no: `${by} asked to ${ask}, but there is no run of that check here` };
  try {
    if (!(await forge.mayWrite?.(repository, by, { signal }))) {
      return { no: `${by} asked to ${ask}, and may not: that takes the right to write to ${repository}` };
    }
  } catch (error) {
    if (error instanceof ForgeRefusal || delivery.tries + 1 >= maxTries) return { no: messageOf(error) };
    return { again: messageOf(error) };
  }
  for (const [index, run] of runs.entries()) {
    const id = `${delivery.id}-${index}`;
    await commands.append({ id, runId: run.id, action: actionOf(request, run), by, createdAtMs: now() });
  }
  const names = runs.map(({ number }) => `#${number}`).join(', ');
  return { no: `${by} asked to ${ask} run ${names}` };
}

async function runsOf(
  { repository, sha, externalId }: CheckRequest,
  history: RequestPorts['history'],
): Promise<RunDetail[]> {
  const ids =
    externalId === undefined
      ? await newestOfEach({ repository, sha }, history)
      : [(await history.job(externalId))?.runId ?? externalId];
  const found = await Promise.all(ids.map((id) => history.run(id)));
  // The name of a check's job is what its forge says; that it is of this repository and commit is looked at here.
  return found
    .filter((run) => run !== undefined)
    .filter((run) => run.repository === repository && run.sha === sha);
}

async function newestOfEach(
  of: { repository: string; sha: string },
  history: RequestPorts['history'],
): Promise<string[]> {
  const { items } = await history.listRuns(of, { limit: mostRuns });
  return items
    .filter(({ event }, index) => items.findIndex((other) => other.event === event) === index)
    .map(({ id }) => id);
}

function actionOf({ ask, externalId }: CheckRequest, run: RunDetail): CommandAction {
  switch (ask) {
    case 'cancel':
      return { type: 'cancel' };
    case 'rerun':
      return { type: 'retry', scope: run.status === 'success' ? 'all' : 'failed' };
    case 'approve':
    case 'reject': {
      const job = run.jobs.find(({ id }) => id === externalId);
      // A stranger's commit is approved as a whole.
      const one = job && job.reason?.code !== 'fork' ? { job: job.id } : {};
      return { type: ask, sha: run.sha, digest: run.pipeline.digest, ...one };
    }
  }
}
