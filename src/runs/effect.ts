import type { Ticket } from '../contract/ticket.ts';
import type { CheckRun } from './check-run.ts';
import type { CommentAnswer } from './comment-command.ts';
import type { CommitStatus } from './commit-status.ts';
import type { Notification } from './notification.ts';
import type { PullRequestComment } from './pull-request-comment.ts';

/** Work to be done outside once the new state is stored. Stored in the same transaction as the state. */
export type Effect =
  | ({ type: 'ticket' } & Ticket)
  | { type: 'commit-status'; status: CommitStatus }
  | { type: 'check-run'; check: CheckRun }
  | { type: 'notification'; notification: Notification }
  | { type: 'comment-answer'; answer: CommentAnswer }
  | { type: 'pull-request-comment'; comment: PullRequestComment }
  /** Tells the runner that holds the lease, at once, to stop; what gets lost is said again in answer to its heartbeat. */
  | { type: 'stop-lease'; leaseId: string; runner: string };
