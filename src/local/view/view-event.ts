import type { JobEvent } from '../../contract/job-event.ts';
import type { Run } from '../../runs/run.ts';
import type { LogLine } from '../local-log.ts';

/** All that a view is made of, in the order in which it happened. */
export type ViewEvent =
  /** A state of the run; the first one comes before anything else. */
  | { type: 'run'; run: Run; nowMs: number }
  /** What is reported of the job that is under way. */
  | { type: 'job'; jobId: string; event: JobEvent }
  | { type: 'lines'; jobId: string; lines: readonly LogLine[] }
  /** Something about the run as a whole. */
  | { type: 'note'; text: string };

/** A way of showing a run. Pure: states are values, and what is to be printed for good comes with the next one. */
export type View<State> = {
  initial: State;
  next(state: State, event: ViewEvent): { state: State; print: string[] };
  /** What stands below all that is printed, and is drawn anew each time; nothing where lines stay as they are. */
  live(state: State, at: { nowMs: number; rows: number }): string[];
};
