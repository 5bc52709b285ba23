import type { Clock } from '../../src/clock.ts';
import { withFileLock } from '../../src/file-lock.ts';
import { createMasker } from '../log/masker.ts';
import { DeploymentRefusal } from './deployment-refusal.ts';
import type {
  DeploymentOptions,
  DeploymentOutcome,
  DeploymentRequest,
  DeploymentTarget,
} from './deployment-target.ts';
import { carryOut } from './local/carry-out.ts';
import type { DeploymentContext, ExtractBundle, HookTimes } from './local/deployment-context.ts';
import { checkSecrets } from './local/hook-environment.ts';
import { parseLocalOptions } from './local/local-options.ts';
import { cancelledDuring } from './local/run-step.ts';
import { endDeployment, settleInterrupted } from './local/settle-deployments.ts';
import { type DeploymentRecord, idOf, openTargetStore, type TargetStore } from './local/target-store.ts';
import type { LocalDeployPolicy } from './look-up-local-deploy.ts';

export type LocalTarget = {
  /** From `lookUpLocalDeploy`. */
  readonly policies: readonly LocalDeployPolicy[];
  /**
   * For bundles, journals and lists of installed files. On a local file system, owned by root, and open to the
   * users of the policies as far as entering it goes (mode 0711).
   */
  readonly stateDirectory: string;
  readonly extract: ExtractBundle;
  readonly clock: Clock;
  readonly times?: Partial<HookTimes>;
};

const defaultTimes: HookTimes = { graceMs: 10_000, lingerMs: 1_000, maxLines: 20_000 };
/** The signal ends the waiting; a timer cannot be set for longer than this. */
const lockTimeoutMs = 2 ** 31 - 1;

/**
 * The deployment target that carries `appspec.yml` out on this host, in the order and by the rules of
 * CodeDeploy's agent. Each repository and environment has a store of its own below `stateDirectory`.
 */
export function createLocalTarget(target: LocalTarget): DeploymentTarget {
  return {
    async deploy(request, options) {
      try {
        return await deploy(target, request, options);
      } catch (error) {
        if (error instanceof DeploymentRefusal) {
          return { outcome: 'error', reason: { code: error.code, message: error.message } };
        }
        // The steps turn a signal into an outcome themselves; what is left is the wait for the lock.
        if (!options.signal.aborted || error !== options.signal.reason) throw error;
        const { reason } = cancelledDuring('the wait for the deployment before it');
        return { outcome: 'cancelled', ...(reason && { reason }) };
      }
    },
  };
}

async function deploy(
  target: LocalTarget,
  request: DeploymentRequest,
  { signal, report }: DeploymentOptions,
): Promise<DeploymentOutcome> {
  const policy = findPolicy(target.policies, request.repository);
  const options = parseLocalOptions(request.target);
  checkSecrets(request.secrets);
  const store = await openTargetStore(target.stateDirectory, request);
  const deploymentId = idOf(request.deploymentKey);
  const times = { ...defaultTimes, ...target.times };

  await report({ type: 'status', status: 'queued', externalId: deploymentId });
  return withFileLock(store.lockFile, { timeoutMs: lockTimeoutMs, signal }, async () => {
    await settleInterrupted(store, { graceMs: times.graceMs, nowMs: target.clock.now() });
    const before = await store.readDeployment(deploymentId);
    if (before?.changed) {
      const outcome = knownOutcome(before, request);
      await report({ type: 'status', status: outcome.outcome, externalId: deploymentId });
      return outcome;
    }
    const record = await begin(store, request, deploymentId, target.clock.now());
    await report({ type: 'status', status: 'running', externalId: deploymentId });
    const context: DeploymentContext = {
      request,
      options,
      policy,
      deploymentId,
      store,
      state: await store.readState(),
      note: async (change) => store.writeDeployment(Object.assign(record, change)),
      extract: target.extract,
      times,
      clock: target.clock,
      signal,
      report: async (event) => report(event),
      say: async (line) => report({ type: 'output', text: `${line}\n` }),
      mask: createMasker(Object.values(request.secrets)).text,
    };
    const outcome = { ...(await carryOut(context)), externalId: deploymentId };
    await endDeployment(store, record, outcome, target.clock.now());
    await report({ type: 'status', status: outcome.outcome, externalId: deploymentId });
    return outcome;
  });
}

function findPolicy(policies: readonly LocalDeployPolicy[], repository: string): LocalDeployPolicy {
  const policy = policies.find((each) => each.repository === repository);
  if (policy) return policy;
  throw new DeploymentRefusal(
    'not_allowed',
    `${repository} may not deploy to this host. HOOKLINE_LOCAL_DEPLOY must have a rule for it, such as \`${repository}=/srv/app@deploy\`.`,
  );
}

/** What became of a deployment that is asked for again. It has ended: an unfinished one was settled before. */
function knownOutcome(record: DeploymentRecord, request: DeploymentRequest): DeploymentOutcome {
  if (record.bundleSha256 !== request.bundleSha256 || record.sha !== request.sha) {
    throw new DeploymentRefusal(
      'key_reused',
      `The deployment ${request.deploymentKey} was for commit ${record.sha} with another bundle. A new deployment needs a new key.`,
    );
  }
  const { outcome = 'error', reason } = record.ended ?? {};
  return { outcome, ...(reason && { reason }), externalId: record.deploymentId };
}

/** From now on a crash is seen by the next deployment of this target, whichever it is. */
async function begin(store: TargetStore, request: DeploymentRequest, deploymentId: string, nowMs: number) {
  await store.writeState({ ...(await store.readState()), current: deploymentId });
  const record: DeploymentRecord = {
    deploymentId,
    deploymentKey: request.deploymentKey,
    runNumber: request.runNumber,
    sha: request.sha,
    bundleSha256: request.bundleSha256,
    begunAtMs: nowMs,
    event: 'CheckBundle',
    changed: false,
  };
  await store.writeDeployment(record);
  return record;
}
