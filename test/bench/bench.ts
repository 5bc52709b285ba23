import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { atRestRow } from './at-rest-row.ts';
import { type BenchContext, openBench } from './bench-context.ts';
import { busyIntakeRow } from './busy-intake-row.ts';
import { checkoutRow } from './checkout-row.ts';
import { intakeRow, runsRow } from './intake-rows.ts';
import { latencyRows } from './latency-rows.ts';
import { pushToFinishedRow } from './push-to-finished-row.ts';
import { type Line, printLines } from './report.ts';

/**
 * Measures hookline against the least that could be done: `npm run bench`, or `npm run bench -- --row 2`. What the
 * rows mean and what was found stands in docs/benchmarks.md.
 */
const rows: Record<string, { title: string; measure: (bench: BenchContext) => Promise<Line[]> }> = {
  '12': { title: 'At rest', measure: atRestRow },
  '2': { title: 'Push to finished', measure: pushToFinishedRow },
  '3': { title: 'From the 202 to a runner and to the first line', measure: latencyRows },
  '11': { title: 'Checkout', measure: checkoutRow },
  '1': { title: 'Intake', measure: intakeRow },
  '1b': { title: 'Pushes that make runs', measure: runsRow },
  '15': { title: 'Intake while two jobs write logs', measure: busyIntakeRow },
};
/** Measured by the same pushes. */
const sameAs: Record<string, string> = { '5': '3' };

const { values } = parseArgs({ options: { row: { type: 'string', multiple: true } } });
const wanted = (values.row ?? Object.keys(rows)).map((row) => sameAs[row] ?? row);
const load = () =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, load ${load()}`,
);
for (const name of new Set(wanted)) {
  const row = rows[name];
  if (!row) throw new Error(`there is no row ${name}; there are ${Object.keys(rows).join(', ')}`);
  const bench = await openBench();
  try {
    const lines = await row.measure(bench);
    printLines(`${row.title} (load ${load()})`, lines);
  } finally {
    await bench.close();
  }
}
