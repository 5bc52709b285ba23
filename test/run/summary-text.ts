import type { StageResult } from './stage-result.ts';

/** A line per stage, what failed and what was skipped, and the totals alone on the last line. */
export function summaryText(results: readonly StageResult[], isCi: boolean): string {
  const nameWidth = Math.max(...results.map(({ name }) => name.length));
  const lines = results.map(({ name, passed, failed, skipped, tookMs, problem }) => {
    const time = `${(tookMs / 1000).toFixed(1)} s`.padStart(8);
    const counts = countsText(passed, failed, skipped.length);
    return `${failed > 0 ? '✗' : '✓'} ${name.padEnd(nameWidth)} ${time}  ${counts}${problem ? `: ${problem}` : ''}`;
  });
  const failures = results.flatMap((result) => result.failures);
  if (failures.length > 0) lines.push('', 'Failed:', ...failures.map((name) => `  ${name}`));
  const unsteady = results.flatMap((result) => result.unsteady);
  if (unsteady.length > 0) {
    lines.push(
      '',
      'Failed beside others and passed alone; each is a fault, of the test or of what it tests:',
    );
    lines.push(...unsteady.map((name) => `  ${name}`));
  }
  const skipped = results.flatMap((result) => result.skipped);
  if (skipped.length > 0) {
    lines.push('', isCi ? 'Skipped, which fails the run where CI is set:' : 'Skipped:');
    lines.push(...skipped.map((name) => `  ${name}`));
  }
  const sum = (count: (result: StageResult) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  const totals = countsText(
    sum(({ passed }) => passed),
    sum(({ failed }) => failed),
    skipped.length,
  );
  return [...lines, '', totals].join('\n');
}

function countsText(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

export function exitCodeOf(results: readonly StageResult[], isCi: boolean): number {
  const isBad = results.some(({ failed, skipped }) => failed > 0 || (isCi && skipped.length > 0));
  return isBad ? 1 : 0;
}
