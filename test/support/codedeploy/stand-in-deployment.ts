import type { DeploymentInfo, LifecycleEvent, TargetStatus } from '@aws-sdk/client-codedeploy';

/** What one look at a deployment shows. Times are left out: the wire has seconds where the SDK has dates. */
export type Scene = Omit<
  DeploymentInfo,
  'deploymentId' | 'applicationName' | 'deploymentGroupName' | 'createTime' | 'startTime' | 'completeTime'
> & { readonly machines?: Readonly<Record<string, SceneMachine>> };

export type SceneMachine = {
  readonly status: TargetStatus;
  readonly label?: 'Blue' | 'Green';
  readonly events?: readonly LifecycleEvent[];
};

export type StandInDeployment = {
  readonly id: string;
  readonly application: string;
  readonly group: string;
  readonly createdAtMs: number;
  readonly input: Readonly<Record<string, unknown>>;
  /** The first is what is seen now; each look goes on to the next, save from `Ready` and from the last. */
  scenes: readonly Scene[];
  /** Lists leave it out so often. */
  hiddenFor: number;
};

export const running: Scene = { status: 'InProgress' };
export const succeeded: Scene = { status: 'Succeeded' };

export function hasEnded({ scenes: [now] }: StandInDeployment): boolean {
  return now?.status === 'Succeeded' || now?.status === 'Failed' || now?.status === 'Stopped';
}

export function infoOf(deployment: StandInDeployment): Record<string, unknown> {
  const { machines: _machines, ...scene } = deployment.scenes[0] ?? running;
  const { description, revision, autoRollbackConfiguration } = deployment.input;
  return {
    ...(description === undefined ? {} : { description }),
    ...(revision === undefined ? {} : { revision }),
    ...(autoRollbackConfiguration === undefined ? {} : { autoRollbackConfiguration }),
    deploymentId: deployment.id,
    applicationName: deployment.application,
    deploymentGroupName: deployment.group,
    createTime: deployment.createdAtMs / 1_000,
    creator: 'user',
    ...scene,
  };
}

export function advance(deployment: StandInDeployment): void {
  const [now, ...rest] = deployment.scenes;
  if (rest.length > 0 && now?.status !== 'Ready') deployment.scenes = rest;
}

export function targetOf(
  deployment: StandInDeployment,
  targetId: string,
): Record<string, unknown> | undefined {
  const machine = deployment.scenes[0]?.machines?.[targetId];
  return (
    machine && {
      deploymentTargetType: 'InstanceTarget',
      instanceTarget: {
        deploymentId: deployment.id,
        targetId,
        status: machine.status,
        lifecycleEvents: machine.events ?? [],
        ...(machine.label && { instanceLabel: machine.label }),
      },
    }
  );
}
