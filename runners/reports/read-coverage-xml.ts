import type { CoverageTally } from './coverage-tally.ts';
import type { ReportReader } from './report-reader.ts';
import { ReportRefusal } from './report-refusal.ts';
import { createXmlReader } from './xml-reader.ts';

type Attributes = ReadonlyMap<string, string>;

/**
 * Reads the XML of Cobertura (`coverage` around `class` with `lines`) and of JaCoCo (`report` around `sourcefile` with
 * `line`). Lines that Cobertura tells with a method are told with its class again, and are taken from there.
 */
export function createCoverageXmlReader(tally: Pick<CoverageTally, 'line' | 'totals'>): ReportReader {
  const around: string[] = [];
  let packageName = '';
  let file = '';
  let hasLines = false;
  /** What Cobertura says of everything, for reports without lines. */
  let whole: { found: number; covered: number } | undefined;

  function begin(name: string, attributes: Attributes): void {
    if (name === 'coverage') {
      const [found, covered] = [countOf(attributes, 'lines-valid'), countOf(attributes, 'lines-covered')];
      if (found !== undefined && covered !== undefined) whole = { found, covered };
    } else if (name !== 'report') {
      const what = `it begins with <${name.slice(0, 40)}>`;
      throw new ReportRefusal('not-coverage', `it is neither LCOV nor XML of Cobertura or JaCoCo: ${what}`);
    }
  }

  function line(attributes: Attributes): void {
    const parent = around.at(-1);
    if (parent === 'sourcefile') {
      const [missed, covered] = [countOf(attributes, 'mi') ?? 0, countOf(attributes, 'ci') ?? 0];
      if (missed + covered > 0) take(countOf(attributes, 'nr'), covered > 0);
    } else if (parent === 'lines' && around.at(-2) === 'class') {
      take(countOf(attributes, 'number'), (countOf(attributes, 'hits') ?? 0) > 0);
    }
  }

  function take(number: number | undefined, isCovered: boolean): void {
    if (number === undefined) return;
    hasLines = true;
    tally.line(file, number, isCovered);
  }

  return createXmlReader({
    open(name, attributes) {
      if (around.length === 0) begin(name, attributes);
      if (name === 'package') packageName = attributes.get('name') ?? '';
      if (name === 'class') file = attributes.get('filename') ?? attributes.get('name') ?? '';
      if (name === 'sourcefile') file = `${packageName}/${attributes.get('name') ?? ''}`;
      if (name === 'line') line(attributes);
      around.push(name);
    },
    text() {},
    close() {
      around.pop();
      if (around.length === 0 && !hasLines && whole) tally.totals(whole.found, whole.covered);
    },
  });
}

function countOf(attributes: Attributes, name: string): number | undefined {
  const text = attributes.get(name);
  const count = Number(text);
  return text !== undefined && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
