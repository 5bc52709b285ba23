import { hash } from 'node:crypto';
import type { Effect } from './effect.ts';

/**
 * PORT. Effects that were stored with the state they follow from, to be carried out at least once.
 *
 * Entries are ordered per key: `take` never hands out an entry while an older one of its key is out, and of the
 * unsent entries of one key only the newest is handed out, the older ones become `superseded` (a `pending` that
 * is retried can so never land after `success`). A taken entry whose taker died is handed out again.
 */
export type Outbox = {
  take(options: {
    type: Effect['type'];
    nowMs: number;
    holdMs: number;
    limit: number;
  }): Promise<OutboxEntry[]>;
  done(id: number, atMs: number): Promise<void>;
  retry(id: number, untilMs: number, problem: string): Promise<void>;
  /** It turned out that nothing is to be done: no trace is left of it. */
  drop(id: number): Promise<void>;
  /** Given up, for the target will never take it. */
  fail(id: number, atMs: number, problem: string): Promise<void>;
  /** Calls back when this process stored an effect. */
  onStored(wake: () => void): void;
};

export type OutboxEntry = {
  id: number;
  key: string;
  /** Empty where it follows from a delivery and belongs to no run. */
  runId: string;
  correlationId: string;
  effect: Effect;
  /** How often it was tried before. */
  tries: number;
  createdAtMs: number;
};

/** What an effect is about: two of the same key never overtake each other. */
export function outboxKey(effect: Effect): string {
  switch (effect.type) {
    case 'ticket':
      return `ticket ${effect.jobId} ${effect.attempt}`;
    case 'stop-lease':
      return `stop ${effect.leaseId}`;
    case 'comment-answer':
      return `answer ${effect.answer.provider} ${effect.answer.id}`;
    case 'pull-request-comment': {
      const { provider, repository, pullRequest } = effect.comment;
      return `comment ${provider} ${repository} ${pullRequest}`;
    }
    case 'check-run':
      return `check ${effect.check.externalId}`;
    case 'notification': {
      const { target, run } = effect.notification;
      const to = target.type === 'email' ? (target.to === 'author' ? [] : target.to).join(' ') : target.url;
      return `notify ${run.repository} ${hash('sha256', `${target.type} ${to}`)}`;
    }
    case 'commit-status': {
      const { provider, repository, sha, context } = effect.status;
      return `status ${provider} ${repository} ${sha} ${context}`;
    }
  }
}
