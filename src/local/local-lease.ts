import type { JobEvent, Reason } from '../contract/job-event.ts';

/** What the executor holds of an attempt: the run is in the same process, so nothing of it can be lost. */
export type LocalLease = {
  readonly id: string;
  onStop(stop: (reason: 'cancel' | 'lost') => void): void;
  report(event: JobEvent): void;
};

/** How an attempt ended: with its last event, or broken by what is nobody's code. */
export type JobEnd = { finished: JobEvent } | { broken: Reason };
