/** What the tests of an attempt came to. The counts of what nobody reported are null. */
export type JobReportsRow = {
  job_id: string;
  attempt: number;
  run_id: string;
  passed: number | null;
  failed: number | null;
  errors: number | null;
  skipped: number | null;
  /** Milliseconds. */
  duration: number | null;
  lines_found: number | null;
  lines_covered: number | null;
  covered_files: number | null;
  /** As JSON. */
  failures: string | null;
  problems: string | null;
};
