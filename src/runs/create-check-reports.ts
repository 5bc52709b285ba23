import { checkReport, failingStep } from './check-report.ts';
import type { CheckReport, CheckRun } from './check-run.ts';
import type { History } from './history.ts';
import { plainMarkdown } from './plain-markdown.ts';

/** The last lines of a step, as far as they are stored. */
export type ReadTail = (
  of: { jobId: string; attempt: number; step: number },
  signal: AbortSignal,
) => Promise<string[]>;

/** What there is to say of a check by the time that it is posted. */
export function createCheckReports(ports: {
  history: Pick<History, 'run'>;
  readTail: ReadTail;
  runUrl: (runId: string) => string;
  artifactUrl: (id: string) => string;
}): (check: CheckRun, signal: AbortSignal) => Promise<CheckReport> {
  return async (check, signal) => {
    if (check.deliveryId !== undefined)
      return { summary: plainMarkdown(check.title), text: '', annotations: [] };
    const run = await ports.history.run(check.runId);
    if (!run) throw new Error(`there is no run ${check.runId}`);
    const job = run.jobs.find(({ id }) => id === check.externalId);
    const attempt = job?.attempts.at(-1);
    const step = job && failingStep(job);
    const tail =
      attempt && step
        ? await ports.readTail({ jobId: job.id, attempt: attempt.number, step: step.index }, signal)
        : [];
    return checkReport(run, job, { tail, runUrl: ports.runUrl(run.id), artifactUrl: ports.artifactUrl });
  };
}
