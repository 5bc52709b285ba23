import type { LifecycleEvent } from '@aws-sdk/client-codedeploy';
import type { Scene, SceneMachine } from './stand-in-deployment.ts';

const names = ['ApplicationStop', 'DownloadBundle', 'BeforeInstall', 'Install', 'ApplicationStart'] as const;

type EventName = (typeof names)[number];

/** A machine that is at this lifecycle event: what comes before it is done. */
export function machineAt(at: EventName, event: Omit<LifecycleEvent, 'lifecycleEventName'>): SceneMachine {
  const place = names.indexOf(at);
  const events = names.map((lifecycleEventName, index): LifecycleEvent => {
    if (index === place) return { lifecycleEventName, ...event };
    return { lifecycleEventName, status: index < place ? 'Succeeded' : 'Pending' };
  });
  const isFailed = event.status === 'Failed';
  const isDone = event.status === 'Succeeded' && place === names.length - 1;
  return { status: isFailed ? 'Failed' : isDone ? 'Succeeded' : 'InProgress', events };
}

const done = machineAt('ApplicationStart', { status: 'Succeeded' });
const started = { status: 'InProgress' } as const;

/** Two machines, one after the other. */
export const rolling: readonly Scene[] = [
  { status: 'Created' },
  {
    status: 'InProgress',
    machines: { 'i-0a': machineAt('Install', started), 'i-0b': { status: 'Pending' } },
  },
  { status: 'InProgress', machines: { 'i-0a': done, 'i-0b': machineAt('Install', started) } },
  {
    status: 'Succeeded',
    machines: { 'i-0a': done, 'i-0b': done },
    deploymentOverview: { Succeeded: 2 },
  },
];

/** Under way until the test says otherwise. */
export const endless: readonly Scene[] = Array.from({ length: 500 }, () => ({
  status: 'InProgress' as const,
  machines: { 'i-0a': machineAt('Install', started) },
}));

export const over: Scene = {
  status: 'Succeeded',
  machines: { 'i-0a': done },
  deploymentOverview: { Succeeded: 1 },
};

/** The start script says no on the second machine, and CodeDeploy rolls back with a deployment of its own. */
export function failing(logTail: string, rollbackDeploymentId: string): readonly Scene[] {
  const machines = {
    'i-0a': done,
    'i-0b': machineAt('ApplicationStart', {
      status: 'Failed',
      diagnostics: {
        errorCode: 'ScriptFailed',
        scriptName: 'scripts/start.sh',
        message: 'Script at specified location: scripts/start.sh failed with exit code 1',
        logTail,
      },
    }),
  };
  return [
    { status: 'InProgress', machines: { ...machines, 'i-0b': machineAt('ApplicationStart', started) } },
    {
      status: 'Failed',
      machines,
      errorInformation: {
        code: 'HEALTH_CONSTRAINTS',
        message: 'The overall deployment failed because too many individual instances failed deployment.',
      },
      deploymentOverview: { Succeeded: 1, Failed: 1 },
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
      rollbackInfo: { rollbackDeploymentId },
    },
  ];
}
