import { Refusal } from '../../../src/errors.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentReason, StepOutcome } from '../deployment-target.ts';
import type { DeploymentContext } from './deployment-context.ts';

export type StepResult = {
  readonly outcome: StepOutcome;
  readonly exitCode?: number;
  /** Set unless the outcome is `success` or `skipped`. */
  readonly reason?: DeploymentReason;
};

export type Step<Result extends StepResult> = {
  readonly name: string;
  /** Whether the step may touch the host: noted down before it begins, for the case that we are cut off. */
  readonly changes: boolean;
  readonly work: () => Promise<Result>;
};

/** Carries out one step, with its events, and makes a result of every expected refusal. */
export async function runStep<Result extends StepResult>(
  context: Pick<DeploymentContext, 'note' | 'report' | 'signal'>,
  { name, changes, work }: Step<Result>,
): Promise<Result | StepResult> {
  const { note, report, signal } = context;
  await note(changes ? { event: name, changed: true } : { event: name });
  await report({ type: 'step-started', name });
  const result = await work().catch((error: unknown) => refused(name, error, signal));
  const { outcome, exitCode } = result;
  await report({ type: 'step-finished', name, outcome, ...(exitCode !== undefined && { exitCode }) });
  return result;
}

function refused(name: string, error: unknown, signal: AbortSignal): StepResult {
  if (signal.aborted && !(error instanceof DeploymentRefusal)) return cancelledDuring(name);
  if (error instanceof DeploymentRefusal) {
    return { outcome: 'error', reason: { code: error.code, message: error.message } };
  }
  // The extraction is somebody else's and refuses with its own codes.
  if (error instanceof Refusal) {
    return { outcome: 'error', reason: { code: 'bundle_invalid', message: error.message } };
  }
  throw error;
}

export function cancelledDuring(name: string): StepResult {
  const message = `The deployment was cancelled during ${name}. What had been done by then stays done.`;
  return { outcome: 'cancelled', reason: { code: 'cancelled', message } };
}
