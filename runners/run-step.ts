import type { Clock } from '../src/clock.ts';
import type { FaultCode } from '../src/contract/fault.ts';
import type { BuildSpec } from '../src/contract/job-spec.ts';
import type { JobContainer, StepEnd } from './engine/engine.ts';
import type { JobStop } from './job-stop.ts';
import type { JobLog } from './log/job-log.ts';

export type StepSpec = BuildSpec['steps'][number];

export type StepResult =
  | { outcome: 'success'; exitCode: 0 }
  | { outcome: 'cancelled'; message: string }
  | { outcome: 'failure' | 'error'; code: FaultCode; message: string; exitCode?: number };

export type StepOptions = {
  container: JobContainer;
  log: JobLog;
  stop: JobStop;
  clock: Clock;
  /** Given to every step; a step's own variables come over them. */
  env: Readonly<Record<string, string>>;
  /** Between SIGTERM and SIGKILL. */
  graceMs: number;
  /** How long a step may print nothing. */
  noOutputTimeoutMs?: number | undefined;
};

type Limit = { code: FaultCode; message: string };

/** One try of one step, ended by whatever limit it runs into first, or with the job. */
export async function runStep(index: number, step: StepSpec, options: StepOptions): Promise<StepResult> {
  const { container, clock, stop, graceMs, log } = options;
  let limit: Limit | undefined;
  let isEnding = false;
  let callOffKill = () => {};
  const end = () => {
    if (isEnding) return;
    isEnding = true;
    container.interrupt('TERM').catch(() => {});
    callOffKill = clock.after(graceMs, () => {
      container.interrupt('KILL').catch(() => {});
    });
  };
  // A step that begins after the stop (`always`) is not ended by it.
  const stoppedBefore = stop.begun.aborted;
  const endFor = (reached: Limit) => {
    // Being ended already: whatever stopped the job came first.
    if (isEnding) return;
    limit = reached;
    log.note(`step "${step.name}" ${reached.message}: it is being ended`);
    end();
  };
  const endWithJob = () => {
    log.note(
      `step "${step.name}" is being ended: ${stop.limit?.message ?? (stop.reason === 'timeout' ? jobTimeoutText(stop) : 'the job is stopped')}`,
    );
    if (stop.limit) container.interrupt('KILL').catch(() => {});
    end();
  };
  const callOffTimeout = clock.after(step.timeoutMs, () => {
    endFor({ code: 'step-timeout', message: `took longer than ${durationText(step.timeoutMs)}` });
  });
  const silence = watchSilence(clock, options.noOutputTimeoutMs, (silentMs) =>
    endFor({ code: 'no-output', message: `printed nothing for ${durationText(silentMs)}` }),
  );
  if (!stoppedBefore) stop.begun.addEventListener('abort', endWithJob, { once: true });
  try {
    const ended = await container.run(
      {
        script: strictScript(step),
        shell: step.shell,
        env: { ...options.env, ...step.env },
        workingDirectory: step.workingDirectory,
      },
      {
        output: (chunk) => {
          silence.heard();
          return log.write(index, chunk);
        },
        signal: stop.atOnce,
      },
    );
    if (limit) return { outcome: 'failure', ...limit };
    if (!stoppedBefore && stop.begun.aborted) return stoppedResult(stop);
    return resultOf(ended);
  } finally {
    callOffTimeout();
    silence.callOff();
    callOffKill();
    stop.begun.removeEventListener('abort', endWithJob);
  }
}

/** Looks at the clock when the limit could have been reached, not at every chunk of output. */
function watchSilence(clock: Clock, limitMs: number | undefined, silent: (limitMs: number) => void) {
  let heardAtMs = clock.elapsed();
  let callOff = () => {};
  const look = (): void => {
    if (limitMs === undefined) return;
    const leftMs = heardAtMs + limitMs - clock.elapsed();
    if (leftMs <= 0) silent(limitMs);
    else callOff = clock.after(leftMs, look);
  };
  look();
  return {
    heard: () => {
      heardAtMs = clock.elapsed();
    },
    callOff: () => callOff(),
  };
}

function stoppedResult(stop: JobStop): StepResult {
  if (stop.limit) {
    return { outcome: 'failure', code: 'disk-limit', message: `was running when ${stop.limit.message}` };
  }
  if (stop.reason !== 'timeout') return { outcome: 'cancelled', message: 'was cancelled' };
  return { outcome: 'failure', code: 'job-timeout', message: `was running when ${jobTimeoutText(stop)}` };
}

function resultOf(end: StepEnd): StepResult {
  if (end.type === 'died') {
    // Memory is the job's own affair; a container that vanished or was killed from outside is not.
    const { message } = end;
    if (end.reason === 'oom') return { outcome: 'failure', code: 'out-of-memory', message };
    const code = end.reason === 'lost' ? 'engine-unreachable' : 'container-killed';
    return { outcome: 'error', code, message };
  }
  if (end.code === 0) return { outcome: 'success', exitCode: 0 };
  const exited = { outcome: 'failure', message: `exited with code ${end.code}`, exitCode: end.code } as const;
  return end.oom === undefined
    ? { ...exited, code: 'step-failure' }
    : { ...exited, code: 'out-of-memory', message: `${exited.message}; ${end.oom}` };
}

/** The first command that fails ends the step, and in bash a pipe fails with any of its parts. */
function strictScript(step: StepSpec): string {
  return step.shell === 'bash' ? `set -eo pipefail\n${step.run}` : `set -e\n${step.run}`;
}

export function jobTimeoutText({ timeoutMs }: Pick<JobStop, 'timeoutMs'>): string {
  return `the job took longer than its limit of ${durationText(timeoutMs)}`;
}

export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}
