import { messageOf } from '../errors.ts';
import type { Change } from './change.ts';
import { checkNameFits } from './check-run.ts';
import { contextOf, shortDescription } from './commit-status.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import type { Effect } from './effect.ts';
import { type Forge, ForgeRefusal } from './forge.ts';
import type { History } from './history.ts';

/** After so many tries the change is settled without. */
const maxTries = 5;

const asked: ReadonlySet<Change['event']> = new Set(['push', 'pull_request', 'merge_group']);

/**
 * What is to be posted of a commit that the pipeline's own filters leave out, where the branch waits for a status or check
 * of ours: that there is nothing to do, with the reason. Nothing where nobody requires it, nor where the commit has a run,
 * whose word counts. A fork gets none either: its own file would say that it needs no approval.
 */
export async function requiredChecks(
  change: Change,
  reason: string,
  delivery: Pick<RecordedDelivery, 'id' | 'tries'>,
  forge: Pick<Forge, 'requiredChecks' | 'postCheck'>,
  history: Pick<History, 'listRuns'> | undefined,
  signal: AbortSignal,
): Promise<{ effects: Effect[] } | { again: string }> {
  const none = { effects: [] };
  const { repository, sha, event, fork, pullRequest, mergeGroup, defaultBranch } = change;
  const base = pullRequest?.baseBranch ?? mergeGroup?.baseBranch ?? defaultBranch;
  if (!forge.requiredChecks || !history || !asked.has(event) || fork || base === undefined) return none;
  const { items } = await history.listRuns({ repository, sha, event }, { limit: 1 });
  if (items.length > 0) return none;
  try {
    const names = await forge.requiredChecks(repository, base, { signal });
    return { effects: effectsFor(change, names, reason, delivery.id, forge.postCheck !== undefined) };
  } catch (error) {
    const isOver = error instanceof ForgeRefusal || delivery.tries + 1 >= maxTries;
    return isOver ? none : { again: messageOf(error) };
  }
}

function effectsFor(
  { provider, repository, sha, event }: Change,
  names: readonly string[],
  reason: string,
  deliveryId: string,
  isByChecks: boolean,
): Effect[] {
  const place = { provider, repository, sha, runId: '', deliveryId };
  const said = shortDescription(`Nothing to do: ${reason}`);
  if (!isByChecks) {
    const context = names.find((name) => name.toLowerCase() === contextOf(event));
    if (context === undefined) return [];
    const status = { ...place, context: contextOf(event), state: 'success', description: said } as const;
    return [{ type: 'commit-status', status }];
  }
  return names
    .filter((name) => checkNameFits(name, event))
    .map((name) => {
      const externalId = `${deliveryId} ${name}`;
      const check = { ...place, name, externalId, state: 'skipped', title: said, actions: [] } as const;
      return { type: 'check-run', check };
    });
}
