/** How long artifacts and logs are kept. What is absent sets no limit. */
export type RetentionSettings = Readonly<{ artifactMs?: number; artifactRuns?: number; logMs?: number }>;

const dayMs = 86_400_000;
/** A century; who wants more says 0. */
const mostDays = 36_500;
/** A disk that fills up stops everything, so nothing set still means an end; GitHub keeps artifacts as long. */
const fallbackDays = { artifacts: 90, logs: 365 };

/** `whole` reads a number within bounds, or gives the fallback. 0 keeps for ever. */
export function readRetention(
  whole: (name: string, least: number, most: number, fallback: number) => number,
): RetentionSettings {
  const artifactDays = whole('HOOKLINE_ARTIFACT_DAYS', 0, mostDays, fallbackDays.artifacts);
  const artifactRuns = whole('HOOKLINE_ARTIFACT_RUNS', 0, 1_000_000, 0);
  const logDays = whole('HOOKLINE_LOG_DAYS', 0, mostDays, fallbackDays.logs);
  return {
    ...(artifactDays === 0 ? {} : { artifactMs: artifactDays * dayMs }),
    ...(artifactRuns === 0 ? {} : { artifactRuns }),
    ...(logDays === 0 ? {} : { logMs: logDays * dayMs }),
  };
}
