import type { OverChange } from './change.ts';
import type { CommandLog } from './command.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import type { History } from './history.ts';
import { isFinal } from './run.ts';

/** The newest of them: what is older has ended or was superseded. */
const mostRuns = 20;

/**
 * Writes down that the runs which nobody waits for any more are to be ended, and says which. A delivery that came late
 * may speak of what was opened again since.
 */
export async function endOver(
  { repository, of, by, why }: OverChange,
  delivery: Pick<RecordedDelivery, 'id' | 'isLate'>,
  ports: {
    history: Pick<History, 'listRuns'>;
    commands: Pick<CommandLog, 'append'>;
    now: () => number;
  },
): Promise<string | undefined> {
  if (delivery.isLate) return undefined;
  const { items } = await ports.history.listRuns({ repository, ...of }, { limit: mostRuns });
  const underway = items.filter(({ status }) => !isFinal(status));
  for (const { id: runId } of underway) {
    const id = `${delivery.id}-${runId}`;
    const action = { type: 'cancel', reason: why } as const;
    await ports.commands.append({ id, runId, action, by, createdAtMs: ports.now() });
  }
  if (underway.length === 0) return undefined;
  return `run ${underway.map(({ number }) => `#${number}`).join(', ')} is ended`;
}
