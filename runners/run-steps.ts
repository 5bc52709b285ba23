import type { Clock } from '../src/clock.ts';
import type { JobEvent, Reason } from '../src/contract/job-event.ts';
import type { BuildSpec } from '../src/contract/job-spec.ts';
import type { JobContainer, StepEnd } from './engine/engine.ts';
import type { JobStop } from './job-stop.ts';
import type { JobLog } from './log/job-log.ts';

export type StepsResult = { outcome: 'success' | 'failure' | 'error' | 'cancelled'; reason?: Reason };

type StepSpec = BuildSpec['steps'][number];
type StepResult =
  | { outcome: 'success'; exitCode: 0 }
  | { outcome: 'failure' | 'error' | 'cancelled'; message: string; exitCode?: number; code?: string };

type StepsOptions = {
  steps: readonly StepSpec[];
  container: JobContainer;
  log: JobLog;
  stop: JobStop;
  clock: Clock;
  report: (event: JobEvent) => void;
  /** Between SIGTERM and SIGKILL. */
  graceMs: number;
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
    const ended = await runStep(index, step, options);
    options.log.endStep(index);
    const allowed = ended.outcome === 'failure' && step.continueOnError;
    options.report({
      type: 'step.finished',
      at: now(),
      index,
      outcome: ended.outcome,
      ...(ended.exitCode === undefined ? {} : { exitCode: ended.exitCode }),
      ...(allowed ? { allowed } : {}),
      ...('message' in ended ? { message: withLastLines(ended.message, options.log) } : {}),
    });
    if (ended.outcome !== 'success' && !allowed && result.outcome === 'success') {
      const code = ('code' in ended && ended.code) || `step-${ended.outcome}`;
      result = { outcome: ended.outcome, reason: { code, message: `step "${step.name}" ${ended.message}` } };
    }
  }
  // Stopped between two steps: what was left out makes it no success, though nothing that ran went wrong.
  return options.stop.begun.aborted && result.outcome === 'success' ? stoppedJob(options.stop) : result;
}

/** What a job comes to that was stopped, when nothing else went wrong before. */
export function stoppedJob(stop: JobStop): StepsResult {
  if (stop.reason !== 'timeout') return { outcome: 'cancelled' };
  return { outcome: 'failure', reason: { code: 'timeout', message: 'the job ran out of time' } };
}

function isDue(step: StepSpec, soFar: StepsResult, stop: JobStop): boolean {
  if (stop.begun.aborted) return step.when === 'always';
  if (soFar.outcome === 'success') return step.when !== 'failure';
  return step.when !== 'success';
}

async function runStep(index: number, step: StepSpec, options: StepsOptions): Promise<StepResult> {
  const { container, clock, stop, graceMs } = options;
  let timedOut = false;
  let callOffKill = () => {};
  const endStep = () => {
    container.interrupt('TERM').catch(() => {});
    callOffKill = clock.after(graceMs, () => {
      container.interrupt('KILL').catch(() => {});
    });
  };
  // A step that begins after the stop (`always`) is not ended by it.
  const stoppedBefore = stop.begun.aborted;
  const callOffTimeout = clock.after(step.timeoutMs, () => {
    // Being ended already: whatever stopped the job came first.
    if (!stoppedBefore && stop.begun.aborted) return;
    timedOut = true;
    endStep();
  });
  if (!stoppedBefore) stop.begun.addEventListener('abort', endStep, { once: true });
  try {
    const end = await container.run(
      {
        script: strictScript(step),
        shell: step.shell,
        env: step.env,
        workingDirectory: step.workingDirectory,
      },
      { output: (chunk) => options.log.write(index, chunk), signal: stop.atOnce },
    );
    if (timedOut) return { outcome: 'failure', message: `took longer than ${durationText(step.timeoutMs)}` };
    if (!stoppedBefore && stop.begun.aborted) return stoppedResult(stop);
    return resultOf(end);
  } finally {
    callOffTimeout();
    callOffKill();
    stop.begun.removeEventListener('abort', endStep);
  }
}

function stoppedResult(stop: JobStop): StepResult {
  if (stop.reason === 'timeout')
    return { outcome: 'failure', message: 'was running when the job ran out of time' };
  return { outcome: 'cancelled', message: 'was cancelled' };
}

function resultOf(end: StepEnd): StepResult {
  if (end.type === 'died') {
    // Memory is the job's own affair; a container that vanished or was killed from outside is not.
    const lost = end.reason === 'lost' ? { code: 'engine-unreachable' } : {};
    return { outcome: end.reason === 'oom' ? 'failure' : 'error', message: end.message, ...lost };
  }
  if (end.code === 0) return { outcome: 'success', exitCode: 0 };
  const why = end.oom ? `; ${end.oom}` : '';
  return { outcome: 'failure', message: `exited with code ${end.code}${why}`, exitCode: end.code };
}

/** The first command that fails ends the step, and in bash a pipe fails with any of its parts. */
function strictScript(step: StepSpec): string {
  return step.shell === 'bash' ? `set -eo pipefail\n${step.run}` : `set -e\n${step.run}`;
}

function withLastLines(message: string, log: JobLog): string {
  const lines = log.tail(shownLines).join('\n');
  // Of long lines the end says more than the beginning.
  return `${message}\n${lines.slice(-Math.max(0, maxMessage - 1 - message.length))}`.slice(0, maxMessage);
}

export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}
