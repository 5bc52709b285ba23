import { isFinal } from '../../src/runs/run.ts';
import type { AccountProblem, Facts, ProblemKind } from './account.ts';
import type { GivenOrder } from './give-orders.ts';
import type { SeenJob, SeenRun } from './seen.ts';

/** What people ordered, held against what came of it. */
export function checkOrders(facts: Facts): AccountProblem[] {
  const byTarget = Map.groupBy(facts.orders, ({ target }) => target);
  return [
    ...facts.runs.flatMap((run) => checkRunOrders(run, byTarget.get(run.id) ?? [])),
    ...facts.deliveries.flatMap(({ id }) => checkReplays(id, byTarget.get(id) ?? [], facts)),
    ...facts.orders
      .filter(({ answer, delivery }) => answer === 'done' && delivery)
      .flatMap((order) => {
        const found = facts.deliveries.find(({ id }) => id === order.delivery);
        if (found?.replayOf === order.target) return [];
        return [say('lost', order, `its delivery ${order.delivery} is not there`)];
      }),
  ];
}

const isRetry = ({ kind }: GivenOrder) => kind === 'retry all' || kind === 'retry failed';

function say(kind: ProblemKind, { id, kind: order, target }: GivenOrder, what: string): AccountProblem {
  return { kind, what: `${id} (${order} of ${target}): ${what}` };
}

function checkRunOrders(run: SeenRun, orders: readonly GivenOrder[]): AccountProblem[] {
  const retries = orders.filter(isRetry);
  const cancels = orders.filter(({ kind, answer }) => kind === 'cancel' && answer === 'done');
  const isOver = retries.every(({ answer }) => answer === 'no');
  return [
    ...(isOver ? cancels.flatMap((order) => run.jobs.flatMap((job) => checkCancelled(order, job))) : []),
    ...run.jobs.flatMap((job, index) =>
      checkRetried(job, retries, { isFirst: index === 0, wasCancelled: orders.length > retries.length }),
    ),
  ];
}

/** What had ended when the order was done stays as it was; what still ran ends, and gets no further attempt. */
function checkCancelled(order: GivenOrder, job: SeenJob): AccountProblem[] {
  const then = order.jobs?.get(job.id);
  if (!then) return [];
  if (job.attempts.length > then.attempts) return [say('double', order, `job ${job.id} got another attempt`)];
  if (!isFinal(then.status) || job.status === then.status) return [];
  return [say('wrong', order, `job ${job.id} was ${then.status}, and is ${job.status}`)];
}

/**
 * An attempt comes of the run itself, of the end of one that was lost, or of a retry: there are no more, and no fewer
 * where it can be said. An order that was refused may be one that was carried out just before its control was killed.
 */
function checkRetried(
  job: SeenJob,
  retries: readonly GivenOrder[],
  { isFirst, wasCancelled }: { isFirst: boolean; wasCancelled: boolean },
): AccountProblem[] {
  const takenUp = job.attempts.filter(({ triedAgain }) => triedAgain).length;
  const most = 1 + takenUp + retries.length;
  const count = job.attempts.length;
  const found: AccountProblem[] = [];
  if (count > most) {
    const what = `job ${job.id} has ${count} attempts, of which ${takenUp} were taken up, after ${retries.length} retries`;
    found.push({ kind: 'double', what });
  }
  const done = retries.filter(({ kind, answer }) => kind === 'retry all' && answer === 'done');
  // Later jobs may be left out where an earlier one went wrong.
  const least = isFirst ? done.length + (wasCancelled ? 0 : 1) : 0;
  if (count < least) {
    found.push({ kind: 'lost', what: `job ${job.id} has ${count} attempts after ${done.length} retries` });
  }
  return found;
}

/** Each replay is one delivery, which makes what the first one made. */
function checkReplays(id: string, orders: readonly GivenOrder[], facts: Facts): AccountProblem[] {
  const replays = facts.deliveries.filter(({ replayOf }) => replayOf === id);
  const replaysAsked = orders.filter(({ kind, answer }) => kind === 'replay' && answer !== 'no');
  if (replays.length > replaysAsked.length) {
    const what = `delivery ${id} was replayed ${replays.length} times for ${replaysAsked.length} orders`;
    return [{ kind: 'double', what }];
  }
  return replays.flatMap((replay): AccountProblem[] => {
    const planned = facts.sent.find((sent) => sent.planned.id === replay.deliveryId)?.planned;
    const wanted = planned?.expects === 'run' ? 1 : 0;
    const name = `replay ${replay.id} of ${replay.deliveryId}`;
    if (replay.outcome === 'pending') return [{ kind: 'hanging', what: `${name} is not planned` }];
    if (replay.runIds.length === wanted) return [];
    const kind = replay.runIds.length > wanted ? 'double' : 'lost';
    return [{ kind, what: `${name} made ${replay.runIds.length} runs, not ${wanted}` }];
  });
}
