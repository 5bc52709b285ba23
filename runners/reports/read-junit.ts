import { createClippedText } from './clipped-text.ts';
import type { ReportReader } from './report-reader.ts';
import { ReportRefusal } from './report-refusal.ts';
import { createXmlReader } from './xml-reader.ts';

/** One test as its report has it: text of strangers, not masked and up to 64 Ki long. */
export type TestCase = {
  outcome: 'passed' | 'failed' | 'error' | 'skipped';
  name: string;
  className: string;
  /** The names of the suites around it, the outermost first. */
  suites: readonly string[];
  durationMs: number;
  file?: string;
  line?: number;
  /** What the attribute says and what stands in the element, of the first failure; where neither is there, its type. */
  message: string;
  detail: string;
  /** False when there was more of the message or the detail. */
  isWhole: boolean;
};

/** A secret must not be cut in two before it is masked, and none is nearly as long. */
const longestText = 64 * 1024;

/** Of a test that was tried again and passed, Surefire tells in `flakyFailure`, which is left out: it passed. */
const verdicts: Readonly<Record<string, TestCase['outcome']>> = {
  failure: 'failed',
  error: 'error',
  skipped: 'skipped',
};

type Suite = { name: string; file: string | undefined };
type OpenCase = Omit<TestCase, 'detail' | 'isWhole'> & {
  detail: ReturnType<typeof createClippedText>;
  type: string;
};

/**
 * Reads the XML of JUnit in the ways in which it is written: a `testsuite` or a `testsuites` of them, inside one another
 * or not, or test cases right in `testsuites`. Their own counts are not looked at: some tools leave out what others count.
 */
export function createJunitReader(onCase: (test: TestCase) => void): ReportReader {
  const suites: Suite[] = [];
  let depth = 0;
  let open: OpenCase | undefined;
  let caseDepth = 0;
  /** The element whose text tells of the failure. */
  let toldAt: number | undefined;

  function begin(attributes: ReadonlyMap<string, string>): OpenCase {
    const file = attributes.get('file') ?? suites.findLast((suite) => suite.file !== undefined)?.file;
    const line = lineOf(attributes.get('line'));
    return {
      outcome: attributes.get('status') === 'notrun' ? 'skipped' : 'passed',
      name: shortened(attributes.get('name')),
      className: shortened(attributes.get('classname') ?? attributes.get('class')),
      suites: suites.flatMap(({ name }) => (name === '' ? [] : [name])),
      durationMs: durationOf(attributes.get('time')),
      ...(file === undefined ? {} : { file: shortened(file) }),
      ...(line === undefined ? {} : { line }),
      message: '',
      type: '',
      detail: createClippedText(longestText),
    };
  }

  /** A failure counts before an error, and either before whatever else is said of the test. */
  function tell(test: OpenCase, verdict: TestCase['outcome'], attributes: ReadonlyMap<string, string>): void {
    const isFirst = test.outcome === 'passed' || test.outcome === 'skipped';
    if (!isFirst && verdict === 'failed') test.outcome = verdict;
    if (!isFirst) return;
    if (verdict !== 'skipped') {
      test.message = shortened(attributes.get('message'));
      test.type = shortened(attributes.get('type'));
      toldAt = depth;
    }
    test.outcome = verdict;
  }

  return createXmlReader({
    open(name, attributes) {
      depth += 1;
      if (depth === 1 && name !== 'testsuites' && name !== 'testsuite') {
        throw new ReportRefusal(
          'not-junit',
          `it is no report of JUnit: it begins with <${name.slice(0, 40)}>`,
        );
      }
      const verdict = verdicts[name];
      if (open) {
        if (verdict !== undefined && depth === caseDepth + 1) tell(open, verdict, attributes);
      } else if (name === 'testsuite' || name === 'testsuites') {
        suites.push({
          name: shortened(attributes.get('name')),
          file: attributes.get('file')?.slice(0, longestText),
        });
      } else if (name === 'testcase') {
        open = begin(attributes);
        caseDepth = depth;
      }
    },
    text(text) {
      if (open && toldAt !== undefined && depth === toldAt) open.detail.add(text);
    },
    close(name) {
      if (toldAt === depth) toldAt = undefined;
      if (open && depth === caseDepth) {
        const { detail, type, ...test } = open;
        const { text, isWhole } = detail.get();
        const isTold = test.message !== '' || text.trim() !== '';
        const message = isTold ? test.message : type;
        onCase({ ...test, message, detail: text, isWhole: isWhole && message.length < longestText });
        open = undefined;
      } else if (!open && (name === 'testsuite' || name === 'testsuites')) suites.pop();
      depth -= 1;
    },
  });
}

function shortened(text = ''): string {
  return text.slice(0, longestText);
}

/** Seconds; Surefire writes `1,234.5`. */
function durationOf(time = ''): number {
  const seconds = Number(time.replaceAll(',', ''));
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(Math.round(seconds * 1_000), longestMs) : 0;
}

/** Whatever the file says, sums of it stay whole numbers. */
const longestMs = 1_000_000_000;

function lineOf(text: string | undefined): number | undefined {
  const line = Number(text);
  return text !== undefined && Number.isSafeInteger(line) && line > 0 ? line : undefined;
}
