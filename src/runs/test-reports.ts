import {
  coverageText,
  type FailedTest,
  type JobReports,
  notNamed,
  type TestResults,
  testsText,
} from '../contract/job-reports.ts';
import type { CheckAnnotation } from './check-run.ts';
import type { JobDetail } from './history.ts';
import { plainMarkdown } from './plain-markdown.ts';

/** What the newest attempt of a job told of its tests. */
export function reportsOf({ attempts }: Pick<JobDetail, 'attempts'>): JobReports | undefined {
  return attempts.at(-1)?.reports;
}

/** In one line: `12 tests: 11 passed, 1 failed; coverage 81.2 % of 1250 lines`. Empty when nothing was read. */
export function reportsLine({ tests, coverage }: JobReports): string {
  const parts = [
    ...(tests ? [testsText(tests)] : []),
    ...(coverage ? [`coverage ${coverageText(coverage)}`] : []),
  ];
  return parts.join('; ');
}

/** Totals and failing tests in Markdown; empty when there is nothing to say. */
export function reportsMarkdown(reports: JobReports | undefined): string {
  if (!reports) return '';
  const line = reportsLine(reports);
  const parts = [
    line === '' ? '' : `**Tests**: ${line}`,
    reports.tests ? failuresMarkdown(reports.tests) : '',
    (reports.problems ?? []).map((problem) => `- Warning: ${plainMarkdown(problem)}`).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const longestMessage = 300;

function failuresMarkdown(tests: TestResults): string {
  const rows = tests.failures.map((test) => {
    const place = placeOf(test);
    const [first = ''] = test.message.split('\n');
    const message = first.slice(0, longestMessage);
    const where = place === '' ? '' : ` at ${plainMarkdown(place)}`;
    return `- **${plainMarkdown(titleOf(test))}**${where}${message === '' ? '' : `: ${plainMarkdown(message)}`}`;
  });
  const more = notNamed(tests);
  return [...rows, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n');
}

/** `cart.ts:7`, or empty. */
export function placeOf({ file, line }: FailedTest): string {
  if (file === undefined) return '';
  return line === undefined ? file : `${file}:${line}`;
}

/** `Cart: totals` */
export function titleOf({ suite, name }: FailedTest): string {
  return suite === '' || name.startsWith(suite) ? name : `${suite}: ${name}`;
}

/**
 * A remark at each failing test whose line is known. Those of every attempt, in their order: what stands at the forge
 * stays there, and what an attempt adds comes behind it.
 */
export function testAnnotations({ attempts }: JobDetail): CheckAnnotation[] {
  return attempts.flatMap(({ number, reports }) =>
    (reports?.tests?.failures ?? []).flatMap((test) => {
      const { file, line, message, kind } = test;
      if (file === undefined || line === undefined) return [];
      const title = number === 1 ? titleOf(test) : `${titleOf(test)} (attempt ${number})`;
      return [{ file, line, title, message: message === '' ? `the test ended in ${kind}` : message }];
    }),
  );
}
