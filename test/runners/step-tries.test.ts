import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FakeBehaviour } from '../../runners/engine/fake/fake-behaviour.ts';
import { createFakeEngine } from '../../runners/engine/fake/fake-engine.ts';
import { watchForStop } from '../../runners/job-stop.ts';
import type { HeldLease, StopReason } from '../../runners/lease/held-lease.ts';
import type { JobLog } from '../../runners/log/job-log.ts';
import type { StepSpec } from '../../runners/run-step.ts';
import { runSteps } from '../../runners/run-steps.ts';
import { systemClock } from '../../src/clock.ts';
import type { JobEvent } from '../../src/contract/job-event.ts';

const minute = 60_000;

function step(given: Partial<StepSpec> = {}): StepSpec {
  return {
    name: 'test',
    run: 'make test',
    shell: 'sh',
    env: {},
    workingDirectory: '.',
    timeoutMs: minute,
    when: 'success',
    continueOnError: false,
    ...given,
  };
}

/** Runs the steps over the scripted engine; the n-th step that is begun does what `plays` says at n. */
async function run(
  steps: readonly StepSpec[],
  plays: readonly FakeBehaviour[],
  options: {
    noOutputTimeoutMs?: number;
    jobTimeoutMs?: number;
    onStep?: (place: number, stop: (reason: StopReason) => void) => void;
    onNote?: (note: string, stop: (reason: StopReason) => void) => void;
  } = {},
) {
  const workspaceDir = mkdtempSync(join(tmpdir(), 'hookline-tries-'));
  onTestFinished(() => rmSync(workspaceDir, { recursive: true }));
  let stopNow: (reason: StopReason) => void = () => {};
  const lease: Pick<HeldLease, 'onStop'> = {
    onStop: (listener) => {
      stopNow = listener;
    },
  };
  let place = -1;
  const play = (): FakeBehaviour => {
    place += 1;
    const now = place;
    queueMicrotask(() => options.onStep?.(now, stopNow));
    return plays[now] ?? {};
  };
  const engine = createFakeEngine({ rules: [{ does: play }] });
  const signal = new AbortController().signal;
  const container = await engine.open(
    {
      owner: 'o',
      roomId: 'r',
      image: 'i',
      workspaceDir,
      workspacePath: '/workspace',
      memoryBytes: 1,
      cpus: 1,
      pids: 1,
      network: 'none',
    },
    { signal },
  );
  const notes: string[] = [];
  const log: JobLog = {
    write: () => {},
    endStep: () => {},
    note: (text) => {
      notes.push(text);
      options.onNote?.(text, stopNow);
    },
    tail: () => [],
    end: async () => ({ lines: 0, bytes: 0, cut: false }),
  };
  const stop = watchForStop(lease as HeldLease, options.jobTimeoutMs ?? minute, systemClock);
  const events: JobEvent[] = [];
  const { noOutputTimeoutMs } = options;
  const report = (event: JobEvent) => void events.push(event);
  const result = await runSteps({
    steps,
    env: {},
    container,
    log,
    stop,
    clock: systemClock,
    report,
    graceMs: 50,
    noOutputTimeoutMs,
  });
  stop.close();
  const finished = events.filter((event) => event.type === 'step.finished');
  const signals = engine.events.flatMap((event) => (event.type === 'interrupted' ? [event.signal] : []));
  return { result, notes, finished, signals, begun: place + 1 };
}

describe('a step that says `retry`', () => {
  const retry = { attempts: 3, waitMs: 0 };

  it('is run again until it succeeds, and tells how often', async () => {
    const { result, notes, finished, begun } = await run(
      [step({ retry })],
      [{ exitCode: 1 }, { exitCode: 7 }, {}],
    );
    expect(begun).toBe(3);
    expect(result).toEqual({ outcome: 'success' });
    expect(finished).toMatchObject([{ outcome: 'success', exitCode: 0, tries: 3 }]);
    expect(notes).toEqual([
      'step "test" exited with code 1; try 2 of 3 begins',
      'step "test" exited with code 7; try 3 of 3 begins',
    ]);
  });

  it('fails as its last try does', async () => {
    const { result, finished } = await run(
      [step({ retry })],
      [{ exitCode: 1 }, { exitCode: 2 }, { exitCode: 3 }],
    );
    expect(finished).toMatchObject([{ outcome: 'failure', exitCode: 3, tries: 3 }]);
    expect(result.reason).toEqual({
      code: 'step-failure',
      message: 'step "test" exited with code 3 in the last of 3 tries',
    });
  });

  it('is tried again when a try takes too long', async () => {
    const { result, finished } = await run([step({ retry, timeoutMs: 20 })], [{ hang: true }, {}]);
    expect(result.outcome).toBe('success');
    expect(finished).toMatchObject([{ tries: 2 }]);
  });

  it('is not tried again when its container is gone', async () => {
    const died = { reason: 'killed', message: 'the container was killed from outside' } as const;
    const { result, begun } = await run([step({ retry })], [{ died }]);
    expect(begun).toBe(1);
    expect(result).toMatchObject({ outcome: 'error', reason: { code: 'container-killed' } });
  });

  it('is not tried again when the job is cancelled, not even out of its wait', async () => {
    const waits = { attempts: 3, waitMs: 10 * minute };
    const { result, begun, notes } = await run([step({ retry: waits })], [{ exitCode: 1 }], {
      onNote: (_, stop) => stop('cancel'),
    });
    expect(begun).toBe(1);
    expect(notes[0]).toBe('step "test" exited with code 1; try 2 of 3 begins in 10 min');
    expect(result.outcome).toBe('failure');
  });

  it('is tried once when nothing goes wrong, and says nothing of tries', async () => {
    const { finished, notes } = await run([step({ retry })], [{}]);
    expect(finished[0]).not.toHaveProperty('tries');
    expect(notes).toEqual([]);
  });
});

describe('a limit of time', () => {
  it('of a step is told by its name and value, in the result and in the log', async () => {
    const { result, notes, signals } = await run([step({ timeoutMs: 30 })], [{ hang: true }]);
    expect(result).toEqual({
      outcome: 'failure',
      reason: { code: 'step-timeout', message: 'step "test" took longer than 0 s' },
    });
    expect(notes).toEqual(['step "test" took longer than 0 s: it is being ended']);
    expect(signals).toEqual(['TERM']);
  });

  it('of silence ends a step that prints nothing', async () => {
    const { result } = await run([step()], [{ output: ['begun\n'], hang: true }], {
      noOutputTimeoutMs: 1_000,
    });
    expect(result).toEqual({
      outcome: 'failure',
      reason: { code: 'no-output', message: 'step "test" printed nothing for 1 s' },
    });
  });

  it('of the job ends the step that is running, and the job says so', async () => {
    const { result } = await run([step()], [{ hang: true }], { jobTimeoutMs: 1_000 });
    expect(result.reason).toEqual({
      code: 'job-timeout',
      message: 'step "test" was running when the job took longer than its limit of 1 s',
    });
  });

  it('ends what ignores SIGTERM by SIGKILL after the grace', async () => {
    const { result, signals } = await run([step({ timeoutMs: 30 })], [{ hang: true, ignoreTerm: true }]);
    expect(signals).toEqual(['TERM', 'KILL']);
    expect(result.reason?.code).toBe('step-timeout');
  });
});

describe('a cancel', () => {
  it('ends the step by SIGTERM at once, and runs what says `always` all the same', async () => {
    const steps = [step(), step({ name: 'never' }), step({ name: 'clean up', when: 'always' })];
    const { result, signals, begun, finished } = await run(steps, [{ hang: true }, {}], {
      onStep: (place, stop) => {
        if (place === 0) stop('cancel');
      },
    });
    expect(signals).toEqual(['TERM']);
    expect(begun).toBe(2);
    expect(result.outcome).toBe('cancelled');
    expect(finished).toMatchObject([{ outcome: 'cancelled' }, { index: 2, outcome: 'success' }]);
  });
});
