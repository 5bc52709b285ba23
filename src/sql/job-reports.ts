import type { Kysely } from 'kysely';
import type { FailedTest, JobReports, ReportsRead } from '../contract/job-reports.ts';
import type { JobReportsRow } from './reports-table.ts';
import type { Tables } from './tables.ts';

/** Keeps what the reports of an attempt came to; told twice, the later word stands. */
export async function saveReports(
  db: Kysely<Tables>,
  of: { runId: string; jobId: string; attempt: number },
  { tests, coverage, problems }: ReportsRead,
): Promise<void> {
  const told = {
    passed: tests?.passed ?? null,
    failed: tests?.failed ?? null,
    errors: tests?.errors ?? null,
    skipped: tests?.skipped ?? null,
    duration: tests?.durationMs ?? null,
    failures: tests === undefined ? null : JSON.stringify(tests.failures),
    lines_found: coverage?.linesFound ?? null,
    lines_covered: coverage?.linesCovered ?? null,
    covered_files: coverage?.files ?? null,
    problems: problems === undefined ? null : JSON.stringify(problems),
  };
  await db
    .insertInto('job_reports')
    .values({ job_id: of.jobId, attempt: of.attempt, run_id: of.runId, ...told })
    .onConflict((conflict) => conflict.columns(['job_id', 'attempt']).doUpdateSet(told))
    .execute();
}

/** Answers for each attempt of the run, by job and number. */
export async function loadReports(
  db: Kysely<Tables>,
  runId: string,
): Promise<(jobId: string, attempt: number) => JobReports | undefined> {
  const rows = await db.selectFrom('job_reports').selectAll().where('run_id', '=', runId).execute();
  const reports = new Map(rows.map((row) => [`${row.job_id} ${row.attempt}`, reportsOf(row)]));
  return (jobId, attempt) => reports.get(`${jobId} ${attempt}`);
}

function reportsOf(row: JobReportsRow): JobReports {
  const { passed, failed, errors, skipped, duration, failures } = row;
  const { lines_found: linesFound, lines_covered: linesCovered, covered_files: files } = row;
  return {
    // What is there of the tests is there as a whole, and so with the coverage.
    ...(failures === null
      ? {}
      : {
          tests: {
            passed: passed ?? 0,
            failed: failed ?? 0,
            errors: errors ?? 0,
            skipped: skipped ?? 0,
            durationMs: duration ?? 0,
            failures: JSON.parse(failures) as FailedTest[],
          },
        }),
    ...(linesFound === null
      ? {}
      : { coverage: { linesFound, linesCovered: linesCovered ?? 0, files: files ?? 0 } }),
    ...(row.problems === null ? {} : { problems: JSON.parse(row.problems) as string[] }),
  };
}
