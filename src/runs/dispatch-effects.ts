import type { TicketWriter } from '../contract/ticket.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { withCorrelation } from '../log.ts';
import type { Loop } from '../loop.ts';
import { startWorkPool } from '../work-pool.ts';
import type { CheckReport, CheckRun } from './check-run.ts';
import type { Effect } from './effect.ts';
import { type Forge, ForgeRefusal } from './forge.ts';
import { type Notify, NotifyRefusal } from './notification.ts';
import type { Outbox, OutboxEntry } from './outbox.ts';
import type { PullRequestComment } from './pull-request-comment.ts';
import { waitTimeMs } from './wait-time.ts';

export type DispatchPorts = {
  outbox: Outbox;
  tickets: TicketWriter;
  /** Tells a runner at once that the job under this lease is to be stopped. */
  stopLease: (leaseId: string, runner: string) => Promise<void>;
  forges: Partial<Record<string, Forge>>;
  /** What is said below the title of a check. Absent where no forge takes checks. */
  reportOf?: (check: CheckRun, signal: AbortSignal) => Promise<CheckReport>;
  /** What the comment below a pull request says. Absent where no forge takes comments. */
  commentText?: (comment: PullRequestComment) => Promise<string>;
  /** Absent where nobody is told of anything but by their forge. */
  notify?: Notify;
  /** The page of a run, for the link beside a commit's status. */
  runUrl: (runId: string) => string;
  /** The page of a delivery, for what came to no run. */
  deliveryUrl: (deliveryId: string) => string;
  now: () => number;
  /** The time by which entries are held: the same for every control. */
  holdNow: () => Promise<number>;
  random: () => number;
  log: Log;
};

/** What a control took and did not finish before it was killed waits this long for another one. */
const holdMs = 25_000;
/**
 * Shorter than the hold: whoever takes an effect up again must find nobody still at it. GitHub ends a request itself
 * after 10 s (docs.github.com, "Troubleshooting the REST API", timeouts).
 */
const performMs = 15_000;
const idleMs = 1_000;
const wait = { firstMs: 500, mostMs: 5 * 60_000 };
/** A status that could not be posted for this long is given up: nobody waits for it any more. */
const maxAgeMs = 24 * 60 * 60_000;

/** Places per type of effect: a provider that hangs fills its own places and holds up nobody else. */
const capacities: Record<Effect['type'], number> = {
  ticket: 64,
  'commit-status': 16,
  'check-run': 16,
  'stop-lease': 16,
  notification: 8,
  'comment-answer': 4,
  'pull-request-comment': 4,
};

/** Carries out the effects that are due and notes what became of each. */
export function startDispatcher(ports: DispatchPorts): Loop {
  const pools = Object.entries(capacities).map(([type, capacity]) =>
    startWorkPool({
      name: `dispatching ${type}`,
      capacity,
      idleMs,
      log: ports.log,
      take: async (limit) =>
        ports.outbox.take({ type: type as Effect['type'], nowMs: await ports.holdNow(), holdMs, limit }),
      work: (entry: OutboxEntry, signal) => carryOut(entry, ports, signal),
    }),
  );
  return {
    wake: () => {
      for (const pool of pools) pool.wake();
    },
    close: async () => {
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}

async function carryOut(entry: OutboxEntry, ports: DispatchPorts, signal: AbortSignal): Promise<void> {
  const { outbox, log } = ports;
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(performMs)]);
    const done = await withCorrelation(entry.correlationId, () => perform(entry, ports, limited));
    await (done === 'not-due' ? outbox.drop(entry.id) : outbox.done(entry.id, ports.now()));
  } catch (error) {
    if (signal.aborted) return;
    const problem = messageOf(error);
    const hopeless =
      error instanceof ForgeRefusal ||
      error instanceof NotifyRefusal ||
      ports.now() - entry.createdAtMs > maxAgeMs;
    if (entry.effect.type === 'stop-lease') return outbox.done(entry.id, ports.now());
    if (hopeless && entry.effect.type !== 'ticket') {
      log.error({ key: entry.key, tries: entry.tries + 1 }, `given up: ${problem}`);
      return outbox.fail(entry.id, ports.now(), problem);
    }
    const untilMs = (await ports.holdNow()) + waitTimeMs(entry.tries, { ...wait, random: ports.random });
    log.warn({ key: entry.key, tries: entry.tries + 1, untilMs }, `will be tried again: ${problem}`);
    await outbox.retry(entry.id, untilMs, problem);
  }
}

async function perform(entry: OutboxEntry, ports: DispatchPorts, signal: AbortSignal): Promise<unknown> {
  const { effect } = entry;
  switch (effect.type) {
    case 'ticket':
      return ports.tickets.write(effect);
    case 'stop-lease':
      return ports.stopLease(effect.leaseId, effect.runner);
    case 'notification':
      if (!ports.notify) throw new NotifyRefusal('not-set-up', 'notifications are not set up here');
      return ports.notify(effect.notification, signal);
    case 'comment-answer': {
      const { answer } = effect;
      const forge = ports.forges[answer.provider];
      if (!forge?.answerComment)
        throw new ForgeRefusal('refused', `${answer.provider} takes no comments here`);
      return forge.answerComment(answer, { signal });
    }
    case 'pull-request-comment': {
      const { comment } = effect;
      const forge = ports.forges[comment.provider];
      if (!forge?.postComment || !ports.commentText) {
        throw new ForgeRefusal('refused', `${comment.provider} takes no comments here`);
      }
      const text = await ports.commentText(comment);
      return forge.postComment(comment, text, { signal });
    }
    case 'check-run': {
      const { check } = effect;
      const forge = ports.forges[check.provider];
      if (!forge?.postCheck || !ports.reportOf) {
        throw new ForgeRefusal('refused', `${check.provider} takes no checks here: no App is set`);
      }
      const report = await ports.reportOf(check, signal);
      return forge.postCheck(check, report, { targetUrl: pageOf(check, ports), signal });
    }
    case 'commit-status': {
      const forge = ports.forges[effect.status.provider];
      if (!forge?.postStatus) {
        throw new ForgeRefusal('refused', `${effect.status.provider} takes no commit statuses here`);
      }
      return forge.postStatus(effect.status, { targetUrl: pageOf(effect.status, ports), signal });
    }
  }
}

function pageOf(
  { runId, deliveryId }: { runId: string; deliveryId?: string },
  { runUrl, deliveryUrl }: Pick<DispatchPorts, 'runUrl' | 'deliveryUrl'>,
): string {
  return deliveryId === undefined ? runUrl(runId) : deliveryUrl(deliveryId);
}
