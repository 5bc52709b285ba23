import type { Change, Interpretation } from './change.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import { type Forge, SourceRefusal } from './forge.ts';
import type { HeadBook } from './head-book.ts';
import { remoteOf } from './learn-schedules.ts';
import { bodyOf } from './own-delivery.ts';
import type { RemoteRefs } from './remote-refs.ts';
import type { ScheduleBook } from './schedule.ts';
import { scheduledChange } from './scheduled-change.ts';

export type OwnPorts = {
  forges: Partial<Record<Change['provider'], Forge>>;
  schedules: ScheduleBook;
  refs: RemoteRefs;
  heads?: HeadBook | undefined;
  /** Whether it is worth another try when the server cannot be asked. */
  mayTryAgain: boolean;
};

/** The delivery that was missing may have come after all, before this one was planned. */
async function foundHead(
  delivery: Pick<RecordedDelivery, 'body' | 'isReplay'>,
  heads: HeadBook | undefined,
): Promise<Interpretation> {
  const { change } = bodyOf<{ change: Change }>(delivery);
  const isBuilt = !delivery.isReplay && (await heads?.hasRun(change));
  return isBuilt ? { ignored: `commit ${change.sha.slice(0, 10)} was built already` } : { changes: [change] };
}

/**
 * What a delivery asks for that this service wrote itself. A scheduled one is of the commit that the branch stands at
 * now; a branch that is gone loses its schedules.
 */
export async function interpretOwnDelivery(
  delivery: Pick<RecordedDelivery, 'event' | 'body' | 'isReplay'>,
  ports: OwnPorts,
  signal: AbortSignal,
): Promise<Interpretation | { again: string }> {
  if (delivery.event === 'head') return foundHead(delivery, ports.heads);
  const change = scheduledChange(delivery);
  const { repository, branch, ref } = change;
  const forge = ports.forges[change.provider];
  if (!forge) return { ignored: `${change.provider} is not set up here` };
  try {
    const remote = await remoteOf(change, forge, signal);
    const sha = (await ports.refs.list(remote, [ref], { signal })).get(ref);
    if (sha !== undefined) return { changes: [{ ...change, sha }] };
    await ports.schedules.keep({ repository, name: branch }, []);
    return { ignored: `branch ${branch} is gone, and its schedules with it` };
  } catch (error) {
    if (!(error instanceof SourceRefusal)) throw error;
    const passing = error.code === 'unreachable' || error.code === 'timeout';
    if (passing && ports.mayTryAgain) return { again: error.message };
    return { ignored: `what branch ${branch} stands at cannot be asked: ${error.message}` };
  }
}
