import type {
  ArtifactDetail,
  AttemptDetail,
  DeliverySummary,
  History,
  JobDetail,
  RefusalCount,
  RunDetail,
  RunSummary,
  Segment,
} from '../../../src/runs/history.ts';

/** History in the test's hands: what stands in these maps is what the API is told. */
export type MemoryHistory = History & {
  runs: Map<string, RunDetail>;
  deliveries: Map<string, DeliverySummary>;
  counts: RefusalCount[];
  /** By `<job id>/<attempt>`. */
  stored: Map<string, Segment[]>;
};

export function createMemoryHistory(): MemoryHistory {
  const runs = new Map<string, RunDetail>();
  const deliveries = new Map<string, DeliverySummary>();
  const counts: RefusalCount[] = [];
  const stored = new Map<string, Segment[]>();

  function listed<T extends { id: string }>(all: T[], page: { limit: number; before?: string }) {
    const { before } = page;
    const behind = all
      .filter((item) => before === undefined || item.id < before)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const items = behind.slice(0, page.limit);
    const last = items.at(-1);
    return behind.length > page.limit && last ? { items, next: last.id } : { items };
  }

  return {
    runs,
    deliveries,
    counts,
    stored,
    listRuns: async (filter, page) => {
      const { sha, ...exact } = filter;
      const fits = (run: RunSummary) =>
        (sha === undefined || run.sha.startsWith(sha)) &&
        Object.entries(exact).every(([name, value]) =>
          Object.entries(run).some(([n, v]) => n === name && v === value),
        );
      return listed([...runs.values()].filter(fits), page);
    },
    run: async (id) => structuredClone(runs.get(id)),
    listDeliveries: async (filter, page) =>
      listed(
        [...deliveries.values()].filter(({ outcome }) => !filter.outcome || outcome === filter.outcome),
        page,
      ),
    delivery: async (id) => {
      const delivery = deliveries.get(id);
      if (!delivery) return undefined;
      const replays = [...deliveries.values()].filter(({ replayOf }) => replayOf === id);
      return {
        ...delivery,
        runs: delivery.runIds.flatMap((runId) => runs.get(runId) ?? []),
        replays: replays.map((replay) => replay.id),
      };
    },
    refusals: async () => counts,
    job: async (jobId) => {
      for (const run of runs.values()) {
        const job = run.jobs.find(({ id }) => id === jobId);
        if (!job) continue;
        const attempt = job.attempts.at(-1)?.number ?? 0;
        return { runId: run.id, jobId, jobName: job.name, status: job.status, attempt };
      }
      return undefined;
    },
    segments: async (jobId, attempt) => [...(stored.get(`${jobId}/${attempt}`) ?? [])],
    listArtifacts: async ({ repository, branch, status, name }, page) => {
      const isWanted = (run: RunSummary) =>
        (repository === undefined || run.repository === repository) &&
        (branch === undefined || run.branch === branch) &&
        (status === undefined || run.status === status);
      const all = [...runs.values()].filter(isWanted).flatMap(({ artifacts }) => artifacts);
      return listed(
        all.filter((one) => !one.removed && (name === undefined || one.name === name)),
        page,
      );
    },
    artifact: async (id) =>
      [...runs.values()].flatMap(({ artifacts }) => artifacts).find((one) => one.id === id),
  };
}

export const createdAtMs = Date.UTC(2026, 4, 4, 12, 30);

export function runWith(fields: Partial<RunDetail> = {}): RunDetail {
  return {
    id: 'run1',
    number: 1,
    repository: 'octo/site',
    event: 'push',
    ref: 'refs/heads/main',
    branch: 'main',
    sha: 'a'.repeat(40),
    title: 'Say hello',
    author: 'ada',
    status: 'success',
    createdAtMs,
    startedAtMs: createdAtMs + 1_000,
    finishedAtMs: createdAtMs + 61_500,
    deliveryId: 'delivery1',
    correlationId: 'correlation1',
    pipeline: { file: '.hookline.yml', digest: 'd1' },
    jobs: [],
    artifacts: [],
    deployments: [],
    statuses: [],
    ...fields,
  };
}

export function jobWith(fields: Partial<JobDetail> = {}): JobDetail {
  return { id: 'job1', name: 'build', kind: 'build', needs: [], status: 'success', attempts: [], ...fields };
}

export function attemptWith(fields: Partial<AttemptDetail> = {}): AttemptDetail {
  return { number: 1, status: 'ended', queuedAtMs: createdAtMs, steps: [], ...fields };
}

export function artifactWith(fields: Partial<ArtifactDetail> = {}): ArtifactDetail {
  return {
    id: 'artifact1',
    runId: 'run1',
    jobName: 'build',
    name: 'site',
    key: 'artifacts/run1/job1/1/site.zip',
    sizeBytes: 0,
    sha256: '0'.repeat(64),
    fileCount: 3,
    createdAtMs,
    ...fields,
  };
}
