import type { CoverageTally } from './coverage-tally.ts';
import type { ReportReader } from './report-reader.ts';
import { ReportRefusal } from './report-refusal.ts';

const longestLine = 64 * 1024;

/**
 * Reads tracefiles of LCOV (`man geninfo`, "TRACEFILE FORMAT"): of each record its file (`SF`) and lines (`DA`), and where
 * it names no lines its own counts (`LF`, `LH`).
 */
export function createLcovReader(tally: Pick<CoverageTally, 'line' | 'totals'>): ReportReader {
  let held = '';
  let file: string | undefined;
  let hasLines = false;
  let [found, covered] = [0, 0];
  let lineNumber = 0;

  function read(line: string): void {
    lineNumber += 1;
    const at = line.indexOf(':');
    const [key, value] = at < 0 ? [line.trim(), ''] : [line.slice(0, at), line.slice(at + 1).trim()];
    if (key === 'SF') {
      file = value;
      hasLines = false;
      [found, covered] = [0, 0];
    } else if (key === 'end_of_record') {
      if (file !== undefined && !hasLines) tally.totals(found, covered);
      file = undefined;
    } else if (key === 'DA') lineData(value);
    else if (key === 'LF') found = countOf(value);
    else if (key === 'LH') covered = countOf(value);
  }

  function lineData(value: string): void {
    const [, number, hits] = /^(\d{1,9}),(-?\d+(?:\.\d+)?)/.exec(value) ?? [];
    if (file === undefined || number === undefined) {
      throw new ReportRefusal('malformed', `a line of LCOV that cannot be read: line ${lineNumber}`);
    }
    hasLines = true;
    tally.line(file, Number(number), Number(hits) > 0);
  }

  return {
    write(text) {
      const lines = (held + text).split('\n');
      held = lines.pop() ?? '';
      if (held.length > longestLine) {
        throw new ReportRefusal('too-large', `a line of more than 64 KiB: line ${lineNumber + 1}`);
      }
      for (const line of lines) read(line);
    },
    end() {
      if (held !== '') read(held);
      if (file !== undefined) throw new ReportRefusal('malformed', 'it ends within a record');
    },
  };
}

function countOf(value: string): number {
  const count = Number(value);
  return Number.isSafeInteger(count) && count >= 0 ? count : 0;
}
