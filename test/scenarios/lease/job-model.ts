import type { JobRun } from '../../../runners/run-job.ts';
import type { StepsResult } from '../../../runners/run-steps.ts';
import type { Clock } from '../../../src/clock.ts';
import type { JobSpec } from '../../../src/contract/job-spec.ts';
import type { Run } from '../../../src/runs/run.ts';
import type { Random } from './random.ts';

export type JobModel = {
  carryOut(machine: string, clock: Clock, spec: JobSpec, job: JobRun): Promise<StepsResult>;
  /** The machine went down, and with it what it was working on. */
  kill(machine: string): void;
  /** Looks for work on an attempt that control has given up; throws when there is any. */
  check(load: (runId: string) => Promise<Run | undefined>): Promise<void>;
  readonly faults: string[];
  /** How many times work was begun. */
  readonly begun: number;
};

type Work = { machine: string; runId: string; jobId: string; attempt: number; inForce: () => boolean };

/** Jobs whose name begins with `bad` fail; the others succeed. Each takes two steps and some seconds to minutes. */
export function createJobModel(random: Random): JobModel {
  const works = new Set<Work>();
  const faults: string[] = [];
  let begun = 0;

  return {
    faults,
    get begun() {
      return begun;
    },
    async carryOut(machine, clock, spec, job) {
      const { runId, jobId, attempt } = spec;
      const { stop } = job;
      for (const other of works) {
        if (other.jobId !== jobId) continue;
        faults.push(`${machine} began ${jobId} (${attempt}) while ${other.machine} was at ${other.attempt}`);
      }
      begun += 1;
      const work: Work = { machine, runId, jobId, attempt, inForce: () => !stop.atOnce.aborted };
      works.add(work);
      // A runner that must stop at once does: killing takes less time than the grace of control.
      stop.atOnce.addEventListener('abort', () => works.delete(work), { once: true });
      job.report({ type: 'job.started', at: clock.now(), image: 'debian:12' });
      let outcome: StepsResult['outcome'] = 'success';
      for (const index of [0, 1]) {
        job.report({ type: 'step.started', at: clock.now(), index, name: `step ${index}` });
        await waitOrStop(clock, random.between(500, 40_000), stop.begun);
        if (stop.begun.aborted) outcome = 'cancelled';
        else if (index === 1 && spec.jobName.startsWith('bad')) outcome = 'failure';
        job.report({ type: 'step.finished', at: clock.now(), index, outcome });
        if (outcome !== 'success') break;
      }
      job.jobLog.note(`ended as ${outcome}`);
      works.delete(work);
      return { outcome };
    },
    kill(machine) {
      for (const work of works) if (work.machine === machine) works.delete(work);
    },
    async check(load) {
      for (const work of works) {
        const run = await load(work.runId);
        const attempt = run?.jobs.find((job) => job.id === work.jobId)?.attempt;
        if (!works.has(work)) continue;
        if (attempt?.number !== work.attempt || attempt.status !== 'leased') {
          faults.push(`${work.machine} works on ${work.jobId} (${work.attempt}), which control gave up`);
        }
      }
    },
  };
}

function waitOrStop(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const callOff = clock.after(ms, resolve);
    signal.addEventListener('abort', () => {
      callOff();
      resolve();
    });
  });
}
