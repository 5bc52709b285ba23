import type { CoverageTally } from './coverage-tally.ts';
import { createCoverageXmlReader } from './read-coverage-xml.ts';
import { createLcovReader } from './read-lcov.ts';
import type { ReportReader } from './report-reader.ts';
import { ReportRefusal } from './report-refusal.ts';

/** Reads a report of coverage, whose format is told from its first characters. */
export function createCoverageReader(tally: Pick<CoverageTally, 'line' | 'totals'>): ReportReader {
  let chosen: ReportReader | undefined;
  let begun = '';
  return {
    write(text) {
      if (chosen) return chosen.write(text);
      begun = (begun + text).trimStart();
      if (begun.length < enoughToTell) return;
      chosen = readerOf(begun, tally);
      chosen.write(begun);
    },
    end() {
      if (!chosen) {
        // LCOV without a record is what comes of tests that cover nothing.
        if (begun === '') return;
        chosen = readerOf(begun, tally);
        chosen.write(begun);
      }
      chosen.end();
    },
  };
}

const enoughToTell = 4;

function readerOf(beginning: string, tally: Pick<CoverageTally, 'line' | 'totals'>): ReportReader {
  if (beginning.startsWith('<')) return createCoverageXmlReader(tally);
  if (/^(?:#|TN:|SF:|VER:)/.test(beginning)) return createLcovReader(tally);
  throw new ReportRefusal('not-coverage', 'it is neither LCOV nor XML of Cobertura or JaCoCo');
}
