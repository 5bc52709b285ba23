/** How patient the adapter is. Tests make it hasty. */
export type CodeDeployTimes = {
  /** Between two looks at a deployment: at first, and in the long run. */
  readonly firstPollMs: number;
  readonly lastPollMs: number;
  /** Between two attempts to create a deployment in a group that is busy. */
  readonly busyPollMs: number;
  /** Before the second attempt of a call that was throttled or not answered; it doubles up to half a minute. */
  readonly backoffMs: number;
  /** For so long a call before the deployment exists is tried again while AWS throttles or does not answer. */
  readonly giveUpAfterMs: number;
  /**
   * A deployment whose creation was not answered may show in lists only later. It is looked for so long before
   * it counts as not created.
   */
  readonly settleMs: number;
  /** A deployment under way is followed through an outage of this length. */
  readonly silenceMs: number;
  /** A stopped deployment is waited for so long. A job that is cancelled is killed after five minutes. */
  readonly stopMs: number;
  /** A rollback that the deployment asks for is expected to show up this soon after the failure. */
  readonly rollbackMs: number;
};

export const defaultCodeDeployTimes: CodeDeployTimes = {
  firstPollMs: 1_000,
  lastPollMs: 5_000,
  busyPollMs: 10_000,
  backoffMs: 1_000,
  giveUpAfterMs: 10 * 60_000,
  settleMs: 60_000,
  silenceMs: 6 * 3_600_000,
  stopMs: 4 * 60_000,
  rollbackMs: 30_000,
};

const longestBackoffMs = 30_000;

/** Exponential with full jitter, so that deployers that were refused together do not come back together. */
export function backoffDelayMs(baseMs: number, attempt: number, random: () => number): number {
  return random() * Math.min(longestBackoffMs, baseMs * 2 ** Math.min(attempt, 20));
}

/**
 * Grows from the first interval to the last by half each time. A large fleet costs many calls per look (25
 * instances each), so it is looked at less often.
 */
export function pollDelayMs(times: CodeDeployTimes, polls: number, instanceCount: number): number {
  const grown = times.firstPollMs * 1.5 ** Math.min(polls, 50);
  return Math.min(times.lastPollMs, grown) * (1 + Math.floor(instanceCount / 100));
}
