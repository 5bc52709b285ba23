import type {
  DeliverySummary,
  Listed,
  Page,
  RefusalCount,
  RunDetail,
  RunFilter,
  RunSummary,
} from '../../../src/runs/history.ts';
import type { PagePorts } from '../../../src/web/pages.ts';

export type MemoryHistory = PagePorts['history'] & {
  runs: RunDetail[];
  deliveries: DeliverySummary[];
  refused: RefusalCount[];
};

/** A history that is what a test puts into it, newest first. */
export function createMemoryHistory(
  given: Partial<Pick<MemoryHistory, 'runs' | 'deliveries' | 'refused'>> = {},
): MemoryHistory {
  const history: MemoryHistory = {
    runs: [],
    deliveries: [],
    refused: [],
    ...given,
    listRuns: async (filter, page) =>
      listed<RunSummary>(
        history.runs.filter((run) => fits(run, filter)),
        page,
      ),
    run: async (id) => history.runs.find((run) => run.id === id),
    listDeliveries: async (filter, page) =>
      listed(
        history.deliveries.filter(
          (delivery) =>
            (filter.repository === undefined || delivery.repository === filter.repository) &&
            (filter.outcome === undefined || delivery.outcome === filter.outcome),
        ),
        page,
      ),
    delivery: async (id) => {
      const delivery = history.deliveries.find((candidate) => candidate.id === id);
      if (!delivery) return undefined;
      const replays = history.deliveries.filter(({ replayOf }) => replayOf === id);
      return {
        ...delivery,
        runs: history.runs.filter((run) => run.deliveryId === id),
        replays: replays.map((replay) => replay.id),
      };
    },
    refusals: async () => history.refused,
  };
  return history;
}

function fits(run: RunSummary, filter: RunFilter): boolean {
  return (
    (filter.repository === undefined || run.repository === filter.repository) &&
    (filter.branch === undefined || run.branch === filter.branch) &&
    (filter.status === undefined || run.status === filter.status) &&
    (filter.event === undefined || run.event === filter.event) &&
    (filter.sha === undefined || run.sha.startsWith(filter.sha))
  );
}

function listed<T extends { id: string }>(all: readonly T[], page: Page): Listed<T> {
  const start = page.before === undefined ? 0 : all.findIndex(({ id }) => id === page.before) + 1;
  const items = all.slice(start, start + page.limit);
  const last = items.at(-1);
  return last && all.length > start + page.limit ? { items, next: last.id } : { items };
}
