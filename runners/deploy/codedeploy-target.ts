import { type Clock, systemClock } from '../../src/clock.ts';
import { withFileLock } from '../../src/file-lock.ts';
import type { JobStopReason } from '../job-stop.ts';
import { createMasker } from '../log/masker.ts';
import { carryOutDeployment } from './codedeploy/carry-out-deployment.ts';
import type { CodeDeployTimes } from './codedeploy/codedeploy-times.ts';
import { defaultCodeDeployTimes } from './codedeploy/codedeploy-times.ts';
import {
  type DeploymentRecords,
  lockTimeoutMs,
  openDeploymentRecords,
} from './codedeploy/deployment-records.ts';
import { DeploymentRefusal } from './deployment-refusal.ts';
import type { DeploymentRequest, DeploymentTarget } from './deployment-target.ts';

export type CodeDeployTargetOptions = {
  /** For what was created under which key. On a local file system; needs no backup, but is worth keeping. */
  readonly stateDirectory: string;
  readonly clock?: Clock;
  /** Found as the SDK finds them (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3, …) unless given. */
  readonly endpoints?: { readonly s3?: string; readonly codedeploy?: string };
  /** Between 0 and 1, for the jitter of waiting times. */
  readonly random?: () => number;
  readonly times?: Partial<CodeDeployTimes>;
  /**
   * Whether a signal's reason means that another attempt takes over, which then follows the deployment. It is
   * not stopped in that case: restarting a deployer must not roll production back.
   */
  readonly isHandOver?: (reason: unknown) => boolean;
};

/** What events of a job have room for. */
const maxMessageLength = 3_500;

/**
 * The deployment target that puts the bundle into the pipeline's bucket and has AWS CodeDeploy deploy it to
 * EC2 or on-premises instances. CreateDeployment is not idempotent, so what was asked for is written down
 * before, marked in the deployment's description, and looked for before anything is created.
 */
export function createCodeDeployTarget(target: CodeDeployTargetOptions): DeploymentTarget {
  const { stateDirectory, clock = systemClock, random = Math.random, isHandOver = isOtherAttempt } = target;
  const times = { ...defaultCodeDeployTimes, ...target.times };
  let opened: DeploymentRecords | undefined;

  return {
    async deploy(request: DeploymentRequest, { signal, report }) {
      opened ??= await openDeploymentRecords(stateDirectory, clock.now());
      const records = opened;
      const mask = createMasker(Object.values(request.secrets)).text;
      const clean = (text: string) => mask(text).slice(0, maxMessageLength);
      const tools = {
        records,
        endpoints: target.endpoints ?? {},
        clock,
        random,
        times,
        isHandOver,
        clean,
        signal,
        report: async (event: Parameters<typeof report>[0]) => report(event),
      };
      await report({ type: 'status', status: 'queued' });
      try {
        const lock = records.keyLock(request.deploymentKey);
        return await withFileLock(lock, { timeoutMs: lockTimeoutMs, signal }, () =>
          carryOutDeployment(request, tools),
        );
      } catch (error) {
        if (signal.aborted && (error === signal.reason || isAbort(error))) {
          const message = 'The deployment was cancelled before there was one at CodeDeploy.';
          return { outcome: 'cancelled', reason: { code: 'cancelled', message } };
        }
        if (!(error instanceof DeploymentRefusal)) throw error;
        return { outcome: 'error', reason: { code: error.code, message: clean(error.message) } };
      }
    },
  };
}

const otherAttempts: readonly JobStopReason[] = ['fenced', 'lost', 'handed-back'];

function isOtherAttempt(reason: unknown): boolean {
  return reason instanceof Error && otherAttempts.some((each) => each === reason.message);
}

/** What the SDK and streams throw in place of the signal's reason. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
