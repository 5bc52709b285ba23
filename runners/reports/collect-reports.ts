import type { JobEvent } from '../../src/contract/job-event.ts';
import {
  coverageText,
  type JobReports,
  longest,
  mostReportProblems,
  testsText,
} from '../../src/contract/job-reports.ts';
import type { BuildSpec } from '../../src/contract/job-spec.ts';
import { messageOf } from '../../src/errors.ts';
import { type ReadReports, readReports } from './read-reports.ts';
import { createTellText } from './told-text.ts';

export type ReportedJob = {
  spec: Pick<BuildSpec, 'reports' | 'secrets'>;
  workspaceDir: string;
  signal: AbortSignal;
  now: () => number;
  note: (text: string) => void;
  report: (event: JobEvent) => void;
};

/**
 * Reads the reports of a job and reports what they come to. Call it only when every container of the job is dead: nothing
 * may change the workspace meanwhile. Nothing about a report fails a job: what cannot be read is noted in the log and told
 * with the rest. Rejects only when `signal` aborts.
 */
export async function collectReports(job: ReportedJob): Promise<void> {
  const { spec, workspaceDir, signal, now, note } = job;
  if (!spec.reports) return;
  const startedAtMs = now();
  const tell = createTellText(Object.values(spec.secrets));
  const read = await readReports(spec.reports, { root: workspaceDir, tell, signal }).catch(
    (error: unknown): ReadReports => {
      signal.throwIfAborted();
      return { files: 0, problems: [`the reports could not be read: ${messageOf(error)}`] };
    },
  );
  const { tests, coverage, files } = read;
  const problems = read.problems.map((problem) => tell(problem, longest.problem));
  for (const problem of problems) note(`warning: ${problem}`);
  const at = now();
  const told = [
    ...(tests ? [testsText(tests)] : []),
    ...(coverage ? [`coverage ${coverageText(coverage)}`] : []),
  ];
  const where = `${files} ${files === 1 ? 'file' : 'files'}`;
  if (told.length > 0) note(`reports: ${told.join('; ')}; read from ${where} in ${at - startedAtMs} ms`);
  job.report({
    type: 'reports.read',
    at,
    ...(tests ? { tests } : {}),
    ...(coverage ? { coverage } : {}),
    ...problemsOf(problems),
  });
}

function problemsOf(problems: readonly string[]): Pick<JobReports, 'problems'> {
  if (problems.length === 0) return {};
  if (problems.length <= mostReportProblems) return { problems: [...problems] };
  const told = problems.slice(0, mostReportProblems - 1);
  return { problems: [...told, `and ${problems.length - told.length} more, which the log names`] };
}
