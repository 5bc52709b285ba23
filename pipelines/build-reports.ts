import { listOf } from './build-values.ts';
import { tidyPath } from './pattern-fault.ts';
import type { ReportsDefinition } from './pipeline.ts';
import type { ReportsShape } from './report-shape.ts';

export function buildReports(shape: ReportsShape | undefined): { reports?: ReportsDefinition } {
  if (shape === undefined) return {};
  return { reports: { junit: pathsOf(shape.junit), coverage: pathsOf(shape.coverage) } };
}

function pathsOf(given: ReportsShape['junit']): string[] {
  return [...new Set(listOf(given).map(tidyPath))];
}
