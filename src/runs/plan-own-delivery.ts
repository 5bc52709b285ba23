import type { Interpretation } from './change.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import { type Forge, SourceRefusal } from './forge.ts';
import { remoteOf } from './learn-schedules.ts';
import type { RemoteRefs } from './remote-refs.ts';
import type { ScheduleBook } from './schedule.ts';
import { scheduledChange } from './scheduled-change.ts';

export type OwnPorts = {
  forges: Partial<Record<'github' | 'codecommit', Forge>>;
  schedules: ScheduleBook;
  refs: RemoteRefs;
  /** Whether it is worth another try when the server cannot be asked. */
  mayTryAgain: boolean;
};

/**
 * What a delivery asks for that this service wrote itself. A scheduled one is of the commit that the branch stands at
 * now; a branch that is gone loses its schedules.
 */
export async function interpretOwnDelivery(
  delivery: Pick<RecordedDelivery, 'event' | 'body'>,
  ports: OwnPorts,
  signal: AbortSignal,
): Promise<Interpretation | { again: string }> {
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
