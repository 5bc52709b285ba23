import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { createLimitSweep, type LimitStore } from '../../../src/runs/limit-sweep.ts';
import type { Run } from '../../../src/runs/run.ts';
import { idOf } from './sample-events.ts';
import { buildPlan, created, deployPlan } from './sample-run.ts';

/** What is said of the one job of a run that nobody took within an hour. */
async function saidOf(plan: ReturnType<typeof buildPlan>): Promise<string | undefined> {
  let run: Run = created([plan]).run;
  const limits: LimitStore = {
    overdueRuns: async () => [],
    unclaimed: async () => [{ runId: 'run', jobId: idOf(plan.name), attempt: 1, plan }],
  };
  let nowMs = 0;
  const sweep = createLimitSweep(
    {
      store: {
        change: async (_, decide) => {
          run = decide(run).run;
          return run;
        },
      },
      limits,
      now: () => nowMs,
      elapsed: () => nowMs,
      log: silentLog,
    },
    3_600_000,
  );
  nowMs = 3_600_000;
  await sweep();
  return run.jobs[0]?.reason?.message;
}

describe('a job that nobody takes', () => {
  it('says which runner it waited for', async () => {
    expect(await saidOf(buildPlan('a'))).toBe(
      'nobody took the job within 1 h: it waits for a runner and a free slot; see that one runs and that HOOKLINE_RUNNER_PUBLIC_KEYS names its key',
    );
    expect(await saidOf(buildPlan('a', [], { runsOn: ['arm64', 'gpu'] }))).toContain(
      'a runner with labels arm64, gpu and a free slot',
    );
    expect(await saidOf(deployPlan('production', []))).toContain('a deployer and a free slot');
  });
});
