import { type ApprovalAction, decideApproval } from './decide-approval.ts';
import type { Run } from './run.ts';
import { isFinal } from './run.ts';
import { type RetryScope, type RunEvent, type Transition, transition } from './transition.ts';

/** What is asked of a run. Control alone carries it out; whoever asks only writes it down. */
export type CommandAction =
  | { type: 'cancel'; reason?: string }
  | ApprovalAction
  | { type: 'retry'; scope: RetryScope }
  /** Written by the store itself when a group is a job's own: see `group.ts`. */
  | { type: 'grant-group'; jobId: string; turn: number }
  /** Written by the store itself when a newer run comes to a group in which the newest wins. */
  | { type: 'give-way'; jobId: string; turn: number; newer: number };

export type Command = { id: string; runId: string; action: CommandAction; by: string; createdAtMs: number };

export type CommandOutcome = { outcome: 'done' } | { outcome: 'refused'; message: string };

export type DecidedCommand = Transition | { refused: string };

/**
 * PORT. Commands, written down before they are answered and carried out in order per run
 * (`RunStore.carryOut`).
 *
 * `append` resolves when the command is durable, the same one twice as once, and rejects with a `CommandRefusal` when there is no such run.
 * `take` hands each one out to one caller, for `holdMs`; a caller that dies loses its hold.
 */
export type CommandLog = {
  append(command: Command): Promise<void>;
  take(options: { nowMs: number; holdMs: number; limit: number }): Promise<Command[]>;
  /** Nothing while it is pending. */
  outcomeOf(id: string): Promise<CommandOutcome | undefined>;
  onAppended(wake: () => void): void;
};

/** What the command does to the run as it stands, or why it does nothing. Pure. */
export function decideCommand(run: Run, { action, by, createdAtMs }: Command, nowMs: number): DecidedCommand {
  const event = eventOf(run, action, by, createdAtMs, nowMs);
  if (typeof event === 'string') return { refused: `run #${run.number} ${event}` };
  const next = transition(run, event, nowMs);
  return next.run === run ? { refused: `run #${run.number} has nothing left to ${action.type}` } : next;
}

function eventOf(
  run: Run,
  action: CommandAction,
  by: string,
  atMs: number,
  nowMs: number,
): RunEvent | string {
  switch (action.type) {
    case 'cancel': {
      if (isFinal(run.status)) return `ended as ${run.status} already`;
      const message = `cancelled by ${by}${action.reason ? `: ${action.reason}` : ''}`;
      return { type: 'cancel-requested', reason: { code: 'cancelled', message } };
    }
    case 'approve':
    case 'reject':
      return decideApproval(run, action, { by, atMs, nowMs });
    case 'grant-group':
      return { type: 'group-granted', jobId: action.jobId, turn: action.turn };
    case 'give-way':
      return { type: 'gave-way', jobId: action.jobId, turn: action.turn, newer: action.newer };
    case 'retry':
      if (!isFinal(run.status)) return `is ${run.status}; only a run that has ended can be run again`;
      if (run.jobs.length === 0) return 'has no jobs: its pipeline could not be read; push again';
      return { type: 'retried', scope: action.scope };
  }
}
