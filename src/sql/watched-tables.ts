import type { Generated } from 'kysely';

/** What is kept of repositories so that things happen that no delivery asks for: see `tables.ts`. */

/** `place` is what else has to be known of the branch to build it. `due_at` is null when no time follows. */
export type ScheduleRow = {
  id: string;
  repository: string;
  branch: string;
  cron: string;
  timezone: string;
  missed: string;
  digest: string;
  place: string;
  due_at: number | null;
  last_due_at: number | null;
  last_delivery_id: string | null;
};

/** `sha` is empty of a reference that was found and that nobody has named. */
export type HeadRow = {
  repository: string;
  ref: string;
  sha: string;
  found_sha: string | null;
  found_at: number | null;
};

/** `place` is what else has to be known of the repository to ask for its references. */
export type HeadLookRow = {
  repository: string;
  place: string;
  noted_at: number;
  claimed_at: Generated<number>;
  looked_at: number | null;
};
