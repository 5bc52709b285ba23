import type { DeploymentInfo, DeploymentWaitType } from '@aws-sdk/client-codedeploy';

/** What a look at a deployment showed, as far as it decides what comes next. */
export type Sight = Pick<
  DeploymentInfo,
  'status' | 'rollbackInfo' | 'autoRollbackConfiguration' | 'instanceTerminationWaitTimeStarted'
>;

export type FollowState = {
  /** Whether the caller wants the deployment stopped, and whether CodeDeploy was told so. */
  readonly stop: 'no' | 'wanted' | 'told';
  /** The waits that CodeDeploy agreed to end; it may go on showing them for a moment. */
  readonly continued: ReadonlySet<DeploymentWaitType>;
  readonly continueWhenReady: boolean;
  readonly terminateAtOnce: boolean;
  /** Whether a rollback that should come has had the time to show up. */
  readonly rollbackOverdue: boolean;
};

export type NextAction =
  | { readonly type: 'poll'; readonly status: 'queued' | 'running' | 'waiting' }
  | { readonly type: 'continue'; readonly waitType: DeploymentWaitType }
  | { readonly type: 'stop' }
  | { readonly type: 'follow-rollback'; readonly deploymentId: string }
  | { readonly type: 'end' };

/**
 * The state machine of a deployment: from what CodeDeploy says to what is to be done. `Ready` does not go on
 * by itself (or only after hours), and a failed deployment has not ended before its rollback has, which is a
 * deployment of its own. A status that AWS adds one day is waited through.
 */
export function nextAction(sight: Sight, state: FollowState): NextAction {
  switch (sight.status) {
    case 'Succeeded':
      return { type: 'end' };
    case 'Failed':
    case 'Stopped':
      return afterRollback(sight, state);
    default:
      if (state.stop === 'wanted') return { type: 'stop' };
      return state.stop === 'told' ? { type: 'poll', status: 'running' } : onTheWay(sight, state);
  }
}

function onTheWay(sight: Sight, state: FollowState): NextAction {
  const isTerminating = sight.instanceTerminationWaitTimeStarted === true;
  if (isTerminating && state.terminateAtOnce && !state.continued.has('TERMINATION_WAIT')) {
    return { type: 'continue', waitType: 'TERMINATION_WAIT' };
  }
  switch (sight.status) {
    case 'Created':
    case 'Queued':
      return { type: 'poll', status: 'queued' };
    case 'Ready':
      if (!isTerminating && state.continueWhenReady && !state.continued.has('READY_WAIT')) {
        return { type: 'continue', waitType: 'READY_WAIT' };
      }
      return { type: 'poll', status: 'waiting' };
    default:
      return { type: 'poll', status: 'running' };
  }
}

function afterRollback(sight: Sight, state: FollowState): NextAction {
  const deploymentId = sight.rollbackInfo?.rollbackDeploymentId;
  if (deploymentId) return { type: 'follow-rollback', deploymentId };
  return isRollbackDue(sight, state) && !state.rollbackOverdue
    ? { type: 'poll', status: 'running' }
    : { type: 'end' };
}

/** The message tells why there is none, or what becomes of it. */
function isRollbackDue(sight: Sight, { stop }: FollowState): boolean {
  if (sight.rollbackInfo?.rollbackMessage) return false;
  const { enabled, events = [] } = sight.autoRollbackConfiguration ?? {};
  if (sight.status === 'Failed') return enabled === true && events.includes('DEPLOYMENT_FAILURE');
  if (stop === 'told') return enabled === true && events.includes('DEPLOYMENT_STOP_ON_REQUEST');
  return enabled === true && events.includes('DEPLOYMENT_STOP_ON_ALARM');
}
