import { workerData } from 'node:worker_threads';
import { newId } from '../../../src/ids.ts';
import { silentLog } from '../../../src/log.ts';
import { fireDueSchedules } from '../../../src/runs/start-schedules.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlSchedules } from '../../../src/sql/sql-schedules.ts';

/** One of several threads that look for due schedules in one file, through the same times. */
const { file, startMs, endMs, stepMs } = workerData as Record<'startMs' | 'endMs' | 'stepMs', number> & {
  file: string;
};
const db = await openSqlite(file);
const schedules = createSqlSchedules(db);
for (let nowMs = startMs; nowMs <= endMs; nowMs += stepMs) {
  await fireDueSchedules({ schedules, now: () => nowMs, newId, log: silentLog });
}
await db.destroy();
