import { describe, expect, it } from 'vitest';
import type { JobContainer, StepEnd } from '../../runners/engine/engine.ts';
import { watchForStop } from '../../runners/job-stop.ts';
import type { HeldLease, StopReason } from '../../runners/lease/held-lease.ts';
import type { JobLog } from '../../runners/log/job-log.ts';
import { runSteps } from '../../runners/run-steps.ts';
import { systemClock } from '../../src/clock.ts';
import type { JobEvent } from '../../src/contract/job-event.ts';

const exited = (code: number): StepEnd => ({ type: 'exited', code });

function step(name: string, when: 'success' | 'failure' | 'always' = 'success', continueOnError = false) {
  return {
    name,
    run: name,
    shell: 'sh' as const,
    env: {} as Record<string, string>,
    workingDirectory: '.',
    timeoutMs: 60_000,
    when,
    continueOnError,
  };
}

/** Runs the steps; `script` says how each ends, and may stop the job while it is about it. */
async function run(
  steps: ReturnType<typeof step>[],
  script: (name: string, stop: (reason: StopReason) => void) => StepEnd,
  options: { timeoutMs?: number; beforeSteps?: StopReason } = {},
) {
  let stopNow: (reason: StopReason) => void = () => {};
  const lease = {
    onStop(listener: (reason: StopReason) => void) {
      stopNow = listener;
    },
  } as unknown as HeldLease;
  const stop = watchForStop(lease, options.timeoutMs ?? 60_000, systemClock);
  const ran: string[] = [];
  const given: Record<string, string>[] = [];
  const container = {
    async run({ script: text, env }: { script: string; env: Record<string, string> }) {
      const name = text.split('\n').at(-1) ?? '';
      ran.push(name);
      given.push(env);
      return script(name, stopNow);
    },
    interrupt: async () => {},
  } as unknown as JobContainer;
  const log = { write: () => {}, endStep: () => {}, note: () => {}, tail: () => [] } as unknown as JobLog;
  const events: JobEvent[] = [];
  const report = (event: JobEvent) => events.push(event);
  if (options.beforeSteps) stopNow(options.beforeSteps);
  const result = await runSteps({
    steps,
    env: { JOB: 'job', BOTH: 'job' },
    container,
    log,
    stop,
    clock: systemClock,
    report,
    graceMs: 10,
  });
  stop.close();
  return { result, ran, given, events };
}

describe('the steps of a job', () => {
  it('end in success when all did, and with the first that failed otherwise', async () => {
    expect((await run([step('a'), step('b')], () => exited(0))).result).toEqual({ outcome: 'success' });
    const failed = await run([step('a'), step('b'), step('c', 'failure'), step('d', 'always')], (name) =>
      exited(name === 'a' ? 3 : 0),
    );
    expect(failed.ran).toEqual(['a', 'c', 'd']);
    expect(failed.result).toMatchObject({ outcome: 'failure', reason: { code: 'step-failure' } });
  });

  it('are given the job’s variables, and their own over them', async () => {
    const { given } = await run([step('a'), { ...step('b'), env: { BOTH: 'step', STEP: 'step' } }], () =>
      exited(0),
    );
    expect(given).toEqual([
      { JOB: 'job', BOTH: 'job' },
      { JOB: 'job', BOTH: 'step', STEP: 'step' },
    ]);
  });

  it('go on after a failure that is allowed', async () => {
    const { result, ran } = await run([step('a', 'success', true), step('b')], (name) =>
      exited(name === 'a' ? 1 : 0),
    );
    expect(ran).toEqual(['a', 'b']);
    expect(result.outcome).toBe('success');
  });

  it('are no success when the job was cancelled between two of them', async () => {
    const { result, ran } = await run([step('a'), step('b'), step('c', 'always')], () => exited(0), {
      beforeSteps: 'cancel',
    });
    expect(ran).toEqual(['c']);
    expect(result).toEqual({ outcome: 'cancelled' });
  });

  it('are no success when the job was cancelled during the last of them', async () => {
    const { result } = await run([step('a')], (_, stop) => {
      stop('cancel');
      return exited(0);
    });
    expect(result.outcome).toBe('cancelled');
  });

  it('keep the names of steps within what control takes', async () => {
    const { events } = await run([step('x'.repeat(500))], () => exited(0));
    expect(events[0]).toMatchObject({ type: 'step.started', name: 'x'.repeat(300) });
  });
});
