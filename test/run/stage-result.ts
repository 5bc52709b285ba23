/** What came of a stage. */
export type StageResult = {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** Each failed test's full name and the first line of what it said. */
  readonly failures: readonly string[];
  /** As `failures`, of tests that failed beside others and passed when their file was run again by itself. */
  readonly unsteady: readonly string[];
  /** Each skipped test's full name, and what it says of why. */
  readonly skipped: readonly string[];
  readonly tookMs: number;
  /** Why a stage counts as failed beyond its tests: a time limit, an exit code. */
  readonly problem?: string;
};

/** The part of Vitest's JSON report (its `json` reporter) that is counted here. */
export type VitestReport = { readonly testResults: readonly FileReport[] };

export type FileReport = {
  /** The path of the file. */
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages?: readonly string[] | null;
  }[];
};

export type Ending = { readonly ok: boolean; readonly how: string; readonly tookMs: number };

/** A stage without tests of its own is one test. */
export function resultOfCommand(name: string, { ok, how, tookMs }: Ending): StageResult {
  const base = {
    name,
    passed: ok ? 1 : 0,
    failed: ok ? 0 : 1,
    failures: [],
    unsteady: [],
    skipped: [],
    tookMs,
  };
  return ok ? base : { ...base, problem: how };
}

/**
 * Counts a report. A file that could not be loaded has no tests and counts as one that failed; so does a run that ended
 * badly though no test did (an error nobody caught, a report that was never written).
 */
export function resultOfVitest(name: string, ending: Ending, report: VitestReport | undefined): StageResult {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failures = files.flatMap(failuresOf);
  const failed = failures.length;
  const skipped = tests
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName, status }) => `${fullName} (${status})`);
  const base = { name, passed, failures, unsteady: [], skipped, tookMs: ending.tookMs };
  if (failed === 0 && passed === 0) return { ...base, failed: 1, problem: `no test ran; ${ending.how}` };
  if (failed === 0 && !ending.ok) return { ...base, failed: 1, problem: ending.how };
  return { ...base, failed };
}

function failuresOf({ name, status, message, assertionResults }: FileReport): string[] {
  if (status === 'failed' && assertionResults.length === 0) return [`${name}: ${firstLine(message)}`];
  return assertionResults
    .filter((test) => test.status === 'failed')
    .map(({ fullName, failureMessages }) => `${fullName}: ${firstLine(failureMessages?.[0])}`);
}

function firstLine(text: string | undefined): string {
  const line = text?.trim().split('\n', 1)[0] ?? '';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
