import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { JobDetail, RunDetail } from '../../runs/history.ts';
import { isFinal, type Status } from '../../runs/run.ts';

/** What a reader of a job's log is told of the job. */
export type JobState = { runId: string; runStatus: Status; job: JobDetail };

export type JobWatch = {
  /** Resolves with the first state, now or later, of which `holds` is true; rejects when the watch is over. */
  until(holds: (state: JobState) => boolean): Promise<JobState>;
};

/**
 * Looks at a job again and again, and hands on each state that differs from the one before. `until` resolves only
 * after `onChange` has taken the state it speaks of, so that readers hear of a state before of what follows from it.
 */
export function watchJob(options: {
  first: JobState;
  look: () => Promise<JobState | undefined>;
  onChange: (state: JobState) => Promise<void>;
  pollMs: number;
  signal: AbortSignal;
  log: Pick<Log, 'warn'>;
}): JobWatch {
  const { look, onChange, pollMs, signal, log } = options;
  type Waiter = { holds: (state: JobState) => boolean; resolve: (state: JobState) => void };
  let waiters: Waiter[] = [];
  let told: JobState | undefined;
  let toldText = '';

  async function tell(state: JobState): Promise<void> {
    const text = JSON.stringify(state);
    if (text === toldText) return;
    await onChange(state);
    toldText = text;
    told = state;
    const met = waiters.filter(({ holds }) => holds(state));
    waiters = waiters.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve(state);
  }

  async function watch(): Promise<void> {
    let state: JobState | undefined = options.first;
    let complained = false;
    while (!signal.aborted) {
      try {
        if (state) await tell(state);
        await sleep(pollMs, undefined, { signal });
        state = await look();
        complained = false;
      } catch (error) {
        state = undefined;
        if (signal.aborted) return;
        // Once per outage: every reader of every log has a watch of its own.
        if (!complained) log.warn(`a job's state cannot be read: ${messageOf(error)}; trying again`);
        complained = true;
        await sleep(pollMs, undefined, { signal }).catch(() => {});
      }
    }
  }
  void watch();

  return {
    until(holds) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (told && holds(told)) return resolve(told);
        const waiter = { holds, resolve };
        waiters.push(waiter);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
  };
}

export function jobStateOf(run: RunDetail | undefined, jobId: string): JobState | undefined {
  const job = run?.jobs.find(({ id }) => id === jobId);
  return run && job && { runId: run.id, runStatus: run.status, job };
}

/** 0 before the first attempt. */
export function newestAttempt(job: JobDetail): number {
  return Math.max(0, ...job.attempts.map(({ number }) => number));
}

/** Whether nothing more can come of an attempt: control refuses what a runner says after that. */
export function isAttemptOver(job: JobDetail, attempt: number): boolean {
  if (isFinal(job.status) || newestAttempt(job) > attempt) return true;
  const status = job.attempts.find(({ number }) => number === attempt)?.status;
  return status === 'ended' || status === 'lost';
}
