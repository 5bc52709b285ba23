import { describe, expect, it } from 'vitest';
import {
  type FollowState,
  type NextAction,
  nextAction,
  type Sight,
} from '../../../../runners/deploy/codedeploy/next-action.ts';

const onFailure = { enabled: true, events: ['DEPLOYMENT_FAILURE' as const] };
const onStop = { enabled: true, events: ['DEPLOYMENT_STOP_ON_REQUEST' as const] };
const onAlarm = { enabled: true, events: ['DEPLOYMENT_STOP_ON_ALARM' as const] };
const rollback = { rollbackDeploymentId: 'd-2' };

const poll = (status: 'queued' | 'running' | 'waiting'): NextAction => ({ type: 'poll', status });
const goOn = (waitType: 'READY_WAIT' | 'TERMINATION_WAIT'): NextAction => ({ type: 'continue', waitType });
const end: NextAction = { type: 'end' };
const undo: NextAction = { type: 'follow-rollback', deploymentId: 'd-2' };

describe('what follows from the status of a deployment', () => {
  it.each<[string, Sight, Partial<FollowState>, NextAction]>([
    ['Created', { status: 'Created' }, {}, poll('queued')],
    ['Queued', { status: 'Queued' }, {}, poll('queued')],
    ['InProgress', { status: 'InProgress' }, {}, poll('running')],
    ['Baking', { status: 'Baking' }, {}, poll('running')],
    ['no status at all', {}, {}, poll('running')],
    ['Succeeded', { status: 'Succeeded' }, {}, end],
    ['Succeeded, though it was to stop', { status: 'Succeeded' }, { stop: 'wanted' }, end],

    ['Ready', { status: 'Ready' }, {}, goOn('READY_WAIT')],
    [
      'Ready, continued already',
      { status: 'Ready' },
      { continued: new Set(['READY_WAIT']) },
      poll('waiting'),
    ],
    ['Ready, left to a person', { status: 'Ready' }, { continueWhenReady: false }, poll('waiting')],
    ['Ready, but to stop', { status: 'Ready' }, { stop: 'wanted' }, { type: 'stop' }],
    [
      'Ready, the old instances waiting',
      { status: 'Ready', instanceTerminationWaitTimeStarted: true },
      {},
      poll('waiting'),
    ],
    [
      'the same, to be ended at once',
      { status: 'Ready', instanceTerminationWaitTimeStarted: true },
      { terminateAtOnce: true },
      goOn('TERMINATION_WAIT'),
    ],
    [
      'the same while InProgress',
      { status: 'InProgress', instanceTerminationWaitTimeStarted: true },
      { terminateAtOnce: true },
      goOn('TERMINATION_WAIT'),
    ],
    [
      'the same, asked already',
      { status: 'InProgress', instanceTerminationWaitTimeStarted: true },
      { terminateAtOnce: true, continued: new Set(['TERMINATION_WAIT']) },
      poll('running'),
    ],

    ['InProgress, but to stop', { status: 'InProgress' }, { stop: 'wanted' }, { type: 'stop' }],
    ['InProgress, told to stop', { status: 'InProgress' }, { stop: 'told' }, poll('running')],
    ['Ready, told to stop', { status: 'Ready' }, { stop: 'told' }, poll('running')],
    ['Stopped', { status: 'Stopped' }, { stop: 'told' }, end],
    [
      'Stopped, with a rollback to come',
      { status: 'Stopped', autoRollbackConfiguration: onStop },
      { stop: 'told' },
      poll('running'),
    ],
    ['Stopped, its rollback there', { status: 'Stopped', rollbackInfo: rollback }, { stop: 'told' }, undo],
    [
      'Stopped by an alarm, with a rollback to come',
      { status: 'Stopped', autoRollbackConfiguration: onAlarm },
      {},
      poll('running'),
    ],
    ['Stopped by somebody', { status: 'Stopped', autoRollbackConfiguration: onStop }, {}, end],

    ['Failed', { status: 'Failed' }, {}, end],
    ['Failed, its rollback there', { status: 'Failed', rollbackInfo: rollback }, {}, undo],
    [
      'Failed, with a rollback to come',
      { status: 'Failed', autoRollbackConfiguration: onFailure },
      {},
      poll('running'),
    ],
    [
      'the same, for too long',
      { status: 'Failed', autoRollbackConfiguration: onFailure },
      { rollbackOverdue: true },
      end,
    ],
    [
      'Failed, and a word why there is none',
      {
        status: 'Failed',
        autoRollbackConfiguration: onFailure,
        rollbackInfo: { rollbackMessage: 'no revision before' },
      },
      {},
      end,
    ],
    [
      'Failed, with rollbacks off',
      { status: 'Failed', autoRollbackConfiguration: { enabled: false } },
      {},
      end,
    ],
  ])('%s', (_what, sight, state, action) => {
    const all: FollowState = {
      stop: 'no',
      continued: new Set(),
      continueWhenReady: true,
      terminateAtOnce: false,
      rollbackOverdue: false,
      ...state,
    };
    expect(nextAction(sight, all)).toEqual(action);
  });
});
