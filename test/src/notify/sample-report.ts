import type { RunReport } from '../../../src/notify/run-report.ts';
import type { EndedRun } from '../../../src/runs/notification.ts';

export function endedRun(given: Partial<EndedRun> = {}): EndedRun {
  return {
    id: 'run01',
    number: 42,
    repository: 'octo/app',
    change: {
      event: 'push',
      ref: 'refs/heads/main',
      branch: 'main',
      sha: 'a1b2c3d4'.repeat(5),
      title: 'Mend the pump',
      author: { name: 'Ada', email: 'ada@example.com' },
    },
    status: 'failure',
    reason: { code: 'step-failure', message: 'job "test" failed' },
    createdAtMs: 1_000,
    startedAtMs: 2_000,
    finishedAtMs: 68_000,
    failed: [{ job: 'test', status: 'failure', step: 'npm test', message: 'exited with code 1' }],
    ...given,
  };
}

export function sampleReport(given: Partial<RunReport> = {}): RunReport {
  return {
    id: 'run01-0-68000',
    run: endedRun(),
    word: 'Broken',
    before: 'success',
    runUrl: 'https://ci.example.com/runs/run01',
    ...given,
  };
}
