import type { JobEvent, Reason } from '../src/contract/job-event.ts';
import type { JobStop } from './job-stop.ts';
import type { JobLog } from './log/job-log.ts';
import {
  durationText,
  jobTimeoutText,
  runStep,
  type StepOptions,
  type StepResult,
  type StepSpec,
} from './run-step.ts';

export type StepsResult = { outcome: 'success' | 'failure' | 'error' | 'cancelled'; reason?: Reason };

type StepsOptions = StepOptions & {
  steps: readonly StepSpec[];
  report: (event: JobEvent) => void;
};

const shownLines = 20;
const maxMessage = 4_000;

/**
 * Runs the steps in order. After one that failed only those run that say `failure` or `always`, after a stop only
 * those that say `always`. The first thing that went wrong is the result of all.
 */
export async function runSteps(options: StepsOptions): Promise<StepsResult> {
  let result: StepsResult = { outcome: 'success' };
  for (const [index, step] of options.steps.entries()) {
    if (options.stop.atOnce.aborted) break;
    if (!isDue(step, result, options.stop)) continue;
    const { now } = options.clock;
    options.report({ type: 'step.started', at: now(), index, name: step.name.slice(0, 300) });
    const { tries, ended } = await runTries(index, step, options);
    const allowed = ended.outcome === 'failure' && step.continueOnError;
    const message = 'message' in ended ? `${ended.message}${triesText(tries)}` : undefined;
    const exitCode = 'exitCode' in ended ? ended.exitCode : undefined;
    options.report({
      type: 'step.finished',
      at: now(),
      index,
      outcome: ended.outcome,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(allowed ? { allowed } : {}),
      ...(tries > 1 ? { tries } : {}),
      ...(message === undefined ? {} : { message: withLastLines(message, options.log) }),
    });
    if (ended.outcome !== 'success' && !allowed && result.outcome === 'success') {
      const code = 'code' in ended ? ended.code : 'cancelled';
      result = { outcome: ended.outcome, reason: { code, message: `step "${step.name}" ${message}` } };
    }
  }
  // Stopped between two steps: what was left out makes it no success, though nothing that ran went wrong.
  return options.stop.begun.aborted && result.outcome === 'success' ? stoppedJob(options.stop) : result;
}

/** What a job comes to that was stopped, when nothing else went wrong before. */
export function stoppedJob(stop: Pick<JobStop, 'reason' | 'timeoutMs' | 'limit'>): StepsResult {
  if (stop.limit) return { outcome: 'failure', reason: stop.limit };
  if (stop.reason !== 'timeout') return { outcome: 'cancelled' };
  return { outcome: 'failure', reason: { code: 'job-timeout', message: jobTimeoutText(stop) } };
}

function isDue(step: StepSpec, soFar: StepsResult, stop: JobStop): boolean {
  if (stop.begun.aborted) return step.when === 'always' && !stop.limit;
  if (soFar.outcome === 'success') return step.when !== 'failure';
  return step.when !== 'success';
}

/** Only what failed is tried again: a container that died runs nothing more, and a job that is stopped has no time for it. */
async function runTries(
  index: number,
  step: StepSpec,
  options: StepsOptions,
): Promise<{ tries: number; ended: StepResult }> {
  const { attempts, waitMs } = step.retry ?? { attempts: 1, waitMs: 0 };
  for (let tries = 1; ; tries += 1) {
    const ended = await runStep(index, step, options);
    options.log.endStep(index);
    const { begun } = options.stop;
    if (ended.outcome !== 'failure' || tries >= attempts || begun.aborted) return { tries, ended };
    const after = waitMs === 0 ? '' : ` in ${durationText(waitMs)}`;
    options.log.note(`step "${step.name}" ${ended.message}; try ${tries + 1} of ${attempts} begins${after}`);
    await wait(waitMs, options);
    if (begun.aborted) return { tries, ended };
  }
}

/** Resolves after the time, or when the job is stopped. */
async function wait(waitMs: number, { clock, stop }: StepsOptions): Promise<void> {
  if (waitMs === 0 || stop.begun.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const callOff = clock.after(waitMs, resolve);
  const onStop = () => resolve();
  stop.begun.addEventListener('abort', onStop, { once: true });
  await promise;
  callOff();
  stop.begun.removeEventListener('abort', onStop);
}

function triesText(tries: number): string {
  return tries === 1 ? '' : ` in the last of ${tries} tries`;
}

function withLastLines(message: string, log: JobLog): string {
  const lines = log.tail(shownLines).join('\n');
  // Of long lines the end says more than the beginning.
  return `${message}\n${lines.slice(-Math.max(0, maxMessage - 1 - message.length))}`.slice(0, maxMessage);
}
