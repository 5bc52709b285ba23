import { Refusal } from '../../src/errors.ts';
import type { DeploymentReasonCode } from './deployment-target.ts';

/**
 * An expected "no" on the way through a deployment. Adapters throw it inside and turn it into an outcome at
 * their edge, so callers of the port never see it.
 */
export class DeploymentRefusal extends Refusal<DeploymentReasonCode> {}
