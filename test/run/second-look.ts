import { type Ending, resultOfVitest, type StageResult, type VitestReport } from './stage-result.ts';

/** More than these is no accident of timing. */
const mostFiles = 3;

/** The files that are worth a second look: all that failed, if they are few. Pure. */
export function filesToLookAtAgain(report: VitestReport | undefined): readonly string[] {
  const failed = (report?.testResults ?? [])
    .filter(({ status, assertionResults }) => status === 'failed' || assertionResults.some(isFailed))
    .map(({ name }) => name);
  return failed.length > mostFiles ? [] : failed;
}

function isFailed({ status }: { status: string }): boolean {
  return status === 'failed';
}

/**
 * What a stage came to when its failed files were run once more, alone on the machine: their second results count, and
 * what failed the first time is named all the same. Pure.
 */
export function resultOfSecondLook(
  first: StageResult,
  firstReport: VitestReport,
  ending: Ending,
  secondReport: VitestReport | undefined,
): StageResult {
  const again = new Map(secondReport?.testResults.map((file) => [file.name, file]));
  const testResults = firstReport.testResults.map((file) => again.get(file.name) ?? file);
  const tookMs = first.tookMs + ending.tookMs;
  const result = resultOfVitest(first.name, { ...ending, tookMs }, { testResults });
  return result.failed > 0 ? result : { ...result, unsteady: first.failures };
}
