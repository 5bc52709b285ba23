import type { JobEvent, JobOutcome, Reason, Usage } from '../src/contract/job-event.ts';
import type { JobStop } from './job-stop.ts';
import type { StepsResult } from './run-steps.ts';

/** `lost`: the fault is this machine's; the job is given back for another attempt. */
export type JobResult = {
  outcome: StepsResult['outcome'] | 'lost';
  reason?: Reason;
  usage?: Usage | undefined;
};

/** The last event of a job. */
export function finishedEvent(
  at: number,
  outcome: JobOutcome,
  reason: Reason | undefined,
  log: { lines: number; bytes: number; cut: boolean } = { lines: 0, bytes: 0, cut: false },
  usage?: Usage,
): JobEvent {
  return {
    type: 'job.finished',
    at,
    outcome,
    ...(reason ? { reason } : {}),
    logLines: log.lines,
    logBytes: log.bytes,
    logCut: log.cut,
    ...(usage ? { usage } : {}),
  };
}

/** What control is told of a result: a job that had to stop for the runner's sake is given back, whatever it came to. */
export function reportedResult(
  { outcome, reason }: JobResult,
  stop: Pick<JobStop, 'reason'>,
  runner: string,
  mask: (text: string) => string,
): JobResult {
  if (stop.reason === 'lost' || stop.reason === 'handed-back' || stop.reason === 'fenced') {
    const message = `runner ${runner} gave the job back (${stop.reason})`;
    return { outcome: 'lost', reason: { code: `runner-${stop.reason}`, message } };
  }
  if (!reason) return { outcome };
  return { outcome, reason: { code: reason.code, message: mask(reason.message).slice(0, 4_000) } };
}
