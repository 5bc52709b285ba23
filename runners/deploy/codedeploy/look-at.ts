import type { DeploymentInfo } from '@aws-sdk/client-codedeploy';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import { isPassing, readAwsFault } from './aws-fault.ts';
import { refusalOfFault } from './codedeploy-refusal.ts';
import type { DeploymentWork } from './deployment-work.ts';

/**
 * One look at a deployment that exists. `undefined`: AWS does not answer now, or does not show it yet, which a
 * new deployment may be for a moment. A refusal is an answer too: what exists goes on without us.
 */
export async function lookAt(
  { api, options, times }: DeploymentWork,
  deploymentId: string,
  ageMs: number,
): Promise<DeploymentInfo | DeploymentRefusal | undefined> {
  try {
    return await api.get(deploymentId);
  } catch (error) {
    const fault = readAwsFault(error);
    if (fault.kind === 'bug') throw error;
    if (isPassing(fault)) return undefined;
    if (fault.name === 'DeploymentDoesNotExistException' && ageMs < times.settleMs) return undefined;
    const { code, message } = refusalOfFault(fault, options, error);
    return new DeploymentRefusal(
      code,
      `The deployment ${deploymentId} was created and goes on, but cannot be followed. ${message}`,
      { cause: error },
    );
  }
}
