import { checkActions } from './check-run.ts';

export const checkRequests = [...checkActions, 'rerun'] as const;

/** What somebody asked for by a button beside a check: of that one, or without an id of all of the commit. */
export type CheckRequest = {
  repository: string;
  sha: string;
  externalId?: string;
  ask: (typeof checkRequests)[number];
  /** The account that pressed it, as the forge knows it. */
  by: string;
};
