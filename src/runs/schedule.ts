import type { Change } from './change.ts';
import type { OwnDelivery } from './own-delivery.ts';

/** A time of a branch's pipeline file, as it was when the file was last read at the branch's head. */
export type Schedule = NewSchedule & {
  /** When it is due next. Absent: never again. */
  dueAtMs?: number;
  /** When it was due last, and the delivery that was made of it. */
  lastDueAtMs?: number;
  lastDeliveryId?: string;
};

export type NewSchedule = {
  id: string;
  branch: ScheduledBranch;
  cron: string;
  timezone: string;
  missed: 'skip' | 'once';
  /** Of the file that it stands in. */
  digest: string;
};

/** What has to be known of a branch to build it without a provider's event. */
export type ScheduledBranch = Pick<Change, 'provider' | 'repository' | 'codecommit' | 'defaultBranch'> & {
  name: string;
};

export type ScheduleFilter = { repository?: string };

/** PORT. Which branches are built at which times. Any number of processes may work on it. */
export type ScheduleBook = {
  /**
   * Puts these in the place of all that the branch had. One that stood there before, with the same expression and time
   * zone, keeps its id and its times; `dueAtMs` is for those that are new.
   */
  keep(
    branch: Pick<ScheduledBranch, 'repository' | 'name'>,
    schedules: readonly (NewSchedule & { dueAtMs: number | undefined })[],
  ): Promise<void>;
  /** Those whose time has come, the longest due first. */
  due(nowMs: number, limit: number): Promise<(Schedule & { dueAtMs: number })[]>;
  /**
   * Moves a schedule on from the time it is due at, and writes its delivery into the inbox, together or not at all. False
   * when it does not stand there any more: somebody else moved it on, or it is gone.
   */
  moveOn(
    schedule: { id: string; dueAtMs: number },
    to: { dueAtMs: number | undefined; delivery?: OwnDelivery },
  ): Promise<boolean>;
  list(
    filter: ScheduleFilter,
    page: { limit: number; before?: string },
  ): Promise<{ items: Schedule[]; next?: string }>;
};
