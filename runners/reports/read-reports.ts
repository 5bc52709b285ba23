import type { JobReports } from '../../src/contract/job-reports.ts';
import type { BuildSpec } from '../../src/contract/job-spec.ts';
import { messageOf } from '../../src/errors.ts';
import { ArtifactRefusal } from '../artifacts/artifact-refusal.ts';
import type { FileEntry } from '../artifacts/zip-entry.ts';
import { createCoverageTally } from './coverage-tally.ts';
import { failedTest } from './failed-test.ts';
import { findReportFiles } from './find-report-files.ts';
import { isPlainFile } from './is-plain-file.ts';
import { placeOfTest } from './place-of-test.ts';
import { createCoverageReader } from './read-coverage.ts';
import { createJunitReader } from './read-junit.ts';
import { readReportFile } from './read-report-file.ts';
import type { ReportReader } from './report-reader.ts';
import { ReportRefusal } from './report-refusal.ts';
import { createTestTally } from './test-tally.ts';
import type { TellText } from './told-text.ts';

export type ReadReports = Pick<JobReports, 'tests' | 'coverage'> & {
  /** How many files were read. */
  files: number;
  /** All of them, as they are: text of strangers, not masked. */
  problems: string[];
};

/** Surefire and Gradle write a file for each class of tests: a thousand of them are not many. */
const most = {
  files: 1_000,
  fileBytes: 20 * 1024 * 1024,
  bytes: 200 * 1024 * 1024,
  tests: 100_000,
  lines: 1_000_000,
} as const;
export type ReportLimits = { readonly [name in keyof typeof most]: number };

const mebibyte = 1024 * 1024;
/** Where the workspace stands in a container. */
const workspacePath = '/workspace';

/** Reads what the reports of a job name; what cannot be read, or is more than the limits allow, is left out and told. */
export async function readReports(
  wanted: NonNullable<BuildSpec['reports']>,
  options: { root: string; tell: TellText; signal: AbortSignal; limits?: Partial<ReportLimits> },
): Promise<ReadReports> {
  const { root, tell, signal } = options;
  const limits: ReportLimits = { ...most, ...options.limits };
  const problems: string[] = [];
  let [files, bytes] = [0, 0];

  /** Answers whether at least one file was read. */
  async function readAll(
    entries: readonly FileEntry[],
    readerOf: (entry: FileEntry) => ReportReader,
    /** Grows with all that is read. */
    progress: () => number,
  ): Promise<boolean> {
    const before = files;
    for (const [index, entry] of entries.entries()) {
      if (files >= limits.files || bytes + entry.sizeBytes > limits.bytes) {
        const left = entries.length - index;
        const limit = `${limits.files} files or ${limits.bytes / mebibyte} MiB of reports`;
        problems.push(
          `${left} ${left === 1 ? 'report was' : 'reports were'} left out from ${entry.name} on: more than ${limit}`,
        );
        break;
      }
      if (entry.sizeBytes > limits.fileBytes) {
        problems.push(`${entry.name} was left out: a report may have ${limits.fileBytes / mebibyte} MiB`);
        continue;
      }
      bytes += entry.sizeBytes;
      const progressBefore = progress();
      try {
        await readReportFile(entry, readerOf(entry), signal);
      } catch (error) {
        if (!(error instanceof ReportRefusal || error instanceof ArtifactRefusal)) throw error;
        problems.push(`${entry.name} could not be read, or not to its end: ${messageOf(error)}`);
        if (progress() === progressBefore) continue;
      }
      files += 1;
    }
    return files > before;
  }

  const find = (kind: 'junit' | 'coverage', endings: readonly string[]) =>
    findReportFiles(wanted[kind], { kind, root, endings, signal });

  const junit = await find('junit', ['.xml']);
  problems.push(...junit.problems);
  const checkout = { roots: [workspacePath, root], isFile: (name: string) => isPlainFile(root, name) };
  const tests = createTestTally({
    mostTests: limits.tests,
    tell: (test, report) => failedTest(test, placeOfTest(test, report, checkout), tell),
  });
  let uncounted = 0;
  const hasTests = await readAll(
    junit.files,
    ({ name }) =>
      createJunitReader((test) => {
        if (!tests.add(test, name)) uncounted += 1;
      }),
    () => tests.count + uncounted,
  );
  if (uncounted > 0) {
    const what = uncounted === 1 ? 'test was' : 'tests were';
    problems.push(`${uncounted} ${what} not counted: more than ${limits.tests}`);
  }

  const covered = await find('coverage', ['.xml', '.info', '.lcov']);
  problems.push(...covered.problems);
  const lines = createCoverageTally({ mostLines: limits.lines });
  const hasCoverage = await readAll(
    covered.files,
    () => createCoverageReader(lines),
    () => lines.count,
  );
  if (lines.isCut) problems.push(`lines beyond ${limits.lines} were left out of the coverage`);

  return {
    ...(hasTests ? { tests: tests.results() } : {}),
    ...(hasCoverage ? { coverage: lines.result() } : {}),
    files,
    problems,
  };
}
