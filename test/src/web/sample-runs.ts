import type {
  AttemptDetail,
  DeliverySummary,
  JobDetail,
  RunDetail,
  RunSummary,
} from '../../../src/runs/history.ts';
import type { Step } from '../../../src/runs/run.ts';

/** Everything in the samples happens around this moment. */
export const sampleNowMs = Date.UTC(2026, 4, 4, 12, 30);

export function sampleSummary(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'run01',
    number: 42,
    repository: 'acme/shop',
    event: 'push',
    ref: 'refs/heads/main',
    branch: 'main',
    sha: '0123456789abcdef0123456789abcdef01234567',
    title: 'Round prices half to even',
    author: 'Ada Lovelace',
    status: 'success',
    createdAtMs: sampleNowMs - 300_000,
    startedAtMs: sampleNowMs - 298_000,
    finishedAtMs: sampleNowMs - 120_000,
    ...changes,
  };
}

export function sampleStep(index: number, name: string, changes: Partial<Step> = {}): Step {
  const startedAtMs = sampleNowMs - 290_000 + index * 20_000;
  return {
    index,
    name,
    status: 'success',
    exitCode: 0,
    startedAtMs,
    finishedAtMs: startedAtMs + 18_400,
    ...changes,
  };
}

export function sampleAttempt(changes: Partial<AttemptDetail> = {}): AttemptDetail {
  return {
    number: 1,
    status: 'ended',
    runner: 'builder-1',
    queuedAtMs: sampleNowMs - 299_000,
    startedAtMs: sampleNowMs - 298_000,
    finishedAtMs: sampleNowMs - 200_000,
    log: { lines: 420, bytes: 31_000, cut: false },
    steps: [sampleStep(0, 'npm ci'), sampleStep(1, 'npm test')],
    ...changes,
  };
}

export function sampleJob(changes: Partial<JobDetail> = {}): JobDetail {
  return {
    id: 'job01',
    name: 'test',
    kind: 'build',
    needs: [],
    status: 'success',
    startedAtMs: sampleNowMs - 298_000,
    finishedAtMs: sampleNowMs - 200_000,
    attempts: [sampleAttempt()],
    ...changes,
  };
}

export function sampleRun(changes: Partial<RunDetail> = {}): RunDetail {
  return {
    ...sampleSummary(),
    deliveryId: 'delivery01',
    correlationId: 'correlation01',
    pipeline: { file: '.hookline.yml', digest: 'd'.repeat(64) },
    jobs: [sampleJob()],
    artifacts: [],
    deployments: [],
    statuses: [],
    ...changes,
  };
}

/** A run with a bit of everything: a lost runner, a failed step, files, a deployment, statuses. */
export function fullRun(): RunDetail {
  const message =
    'AssertionError: expected 10.25 to be 10.24\n    at rounds half to even (test/price.test.js:14:5)';
  const reason = { code: 'step-failed', message: 'step "npm test" exited with code 1' };
  const failing = sampleAttempt({
    number: 2,
    runner: 'builder-2',
    reason,
    steps: [
      sampleStep(0, 'npm ci'),
      sampleStep(1, 'npm run lint', { status: 'failure', exitCode: 2, allowed: true }),
      sampleStep(2, 'npm test', { status: 'failure', exitCode: 1, message }),
      { index: 3, name: 'npm run build', status: 'skipped' },
    ],
  });
  const lost = sampleAttempt({
    status: 'lost',
    reason: { code: 'runner-lost', message: 'runner builder-1 was not heard of for 15 s' },
  });
  return sampleRun({
    status: 'failure',
    reason: { code: 'step-failed', message: 'test: step "npm test" exited with code 1' },
    jobs: [
      sampleJob({ id: 'job00', name: 'lint', finishedAtMs: sampleNowMs - 260_000 }),
      sampleJob({
        id: 'job01',
        name: 'test',
        needs: ['lint'],
        status: 'failure',
        reason,
        attempts: [lost, failing],
        startedAtMs: sampleNowMs - 258_000,
      }),
      sampleJob({
        id: 'job02',
        name: 'package',
        startedAtMs: sampleNowMs - 250_000,
        finishedAtMs: sampleNowMs - 180_000,
      }),
      sampleJob({
        id: 'job03',
        name: 'deploy staging',
        kind: 'deploy',
        needs: ['package'],
        startedAtMs: sampleNowMs - 178_000,
        finishedAtMs: sampleNowMs - 120_000,
        attempts: [
          sampleAttempt({
            steps: ['ApplicationStop', 'BeforeInstall', 'Install', 'ApplicationStart', 'ValidateService'].map(
              (name, index) => sampleStep(index, name),
            ),
          }),
        ],
      }),
      unstarted('job04', 'deploy production', 'skipped'),
    ],
    artifacts: [
      {
        id: 'artifact01',
        runId: 'run01',
        jobName: 'package',
        name: 'app',
        key: 'artifacts/run01/job02/1/app.zip',
        sizeBytes: 4_404_019,
        sha256: 'a1b2c3d4'.repeat(8),
        fileCount: 312,
        createdAtMs: sampleNowMs - 181_000,
      },
    ],
    deployments: [
      {
        jobName: 'deploy staging',
        environment: 'staging',
        status: 'success',
        externalId: 'd-ABCDEF123',
        detail: {
          environment: 'staging',
          instances: [
            { id: 'i-0abc', status: 'success', lifecycleEvent: 'ValidateService' },
            {
              id: 'i-0def',
              status: 'failure',
              lifecycleEvent: 'ApplicationStart',
              detail: 'port 8080 is in use',
            },
          ],
        },
        updatedAtMs: sampleNowMs - 121_000,
      },
    ],
    statuses: [
      {
        context: 'hookline/push',
        state: 'pending',
        description: 'Run #42 is queued',
        delivery: 'sent',
        tries: 1,
        createdAtMs: sampleNowMs - 300_000,
        doneAtMs: sampleNowMs - 299_000,
      },
      {
        context: 'hookline/push',
        state: 'pending',
        description: 'Run #42 is running',
        delivery: 'superseded',
        tries: 0,
        createdAtMs: sampleNowMs - 298_000,
      },
      {
        context: 'hookline/push',
        state: 'failure',
        description: 'Run #42 failed: step "npm test" exited with code 1',
        delivery: 'failed',
        tries: 4,
        problem: 'GitHub answered 403: Resource not accessible by personal access token',
        createdAtMs: sampleNowMs - 120_000,
        doneAtMs: sampleNowMs - 100_000,
      },
    ],
  });
}

function unstarted(id: string, name: string, status: JobDetail['status']): JobDetail {
  const reason = { code: 'needs', message: 'job "test" ended as failure' };
  return { id, name, kind: 'deploy', needs: ['test', 'deploy staging'], status, reason, attempts: [] };
}

export function sampleDelivery(changes: Partial<DeliverySummary> = {}): DeliverySummary {
  return {
    id: 'delivery01',
    source: 'github',
    deliveryId: '7f3c1c1e-5b1a-11ef-8d1b-2f0a1e8f8f11',
    event: 'push',
    repository: 'acme/shop',
    receivedAtMs: sampleNowMs - 301_000,
    correlationId: 'correlation01',
    outcome: 'runs',
    runIds: ['run01'],
    ...changes,
  };
}
