import type { Diagnostics, DeploymentTarget as SdkTarget } from '@aws-sdk/client-codedeploy';
import type { DeploymentInstance } from '../deployment-target.ts';

export type MachineEvent = {
  readonly name: string;
  readonly status: EventStatus;
  readonly diagnostics?: Diagnostics | undefined;
};

type EventStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped' | 'Unknown';

/** One instance of a deployment; for other compute platforms, the task set or function in its place. */
export type Machine = {
  readonly id: string;
  readonly label?: 'Blue' | 'Green';
  readonly status: EventStatus | 'Ready';
  readonly events: readonly MachineEvent[];
};

/** What CodeDeploy's model calls a target, in one shape for all platforms. */
export function machineOf(target: SdkTarget): Machine | undefined {
  const known =
    target.instanceTarget ?? target.ecsTarget ?? target.lambdaTarget ?? target.cloudFormationTarget;
  if (!known?.targetId) return undefined;
  const label = target.instanceTarget?.instanceLabel;
  return {
    id: known.targetId,
    ...(label && { label }),
    status: known.status ?? 'Unknown',
    events: (known.lifecycleEvents ?? []).map((event) => ({
      name: event.lifecycleEventName ?? 'Unknown',
      status: event.status ?? 'Unknown',
      diagnostics: event.diagnostics,
    })),
  };
}

/** Whether CodeDeploy will do nothing more on this machine. */
export function hasEnded({ status }: Machine): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Skipped';
}

/** A status event has room for this many; those that failed go first. */
const maxInstances = 100;
const maxDetail = 2_000;

export function instancesOf(machines: readonly Machine[]): DeploymentInstance[] {
  const rank = ({ status }: Machine) => (status === 'Failed' ? 0 : hasEnded({ status } as Machine) ? 2 : 1);
  return machines
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, maxInstances)
    .map(instanceOf);
}

function instanceOf(machine: Machine): DeploymentInstance {
  const at = machine.events.find(({ status }) => status === 'Failed') ?? latest(machine.events);
  const detail = at && diagnosisOf(at);
  return {
    id: machine.label ? `${machine.id} (${machine.label.toLowerCase()})` : machine.id,
    status: statuses[machine.status],
    ...(at && { lifecycleEvent: at.name }),
    ...(detail && { detail: detail.slice(-maxDetail) }),
  };
}

function latest(events: readonly MachineEvent[]): MachineEvent | undefined {
  return events.findLast(({ status }) => status !== 'Pending' && status !== 'Skipped');
}

/** What CodeDeploy's agent says of an event that failed: which script, how, and the end of what it printed. */
export function diagnosisOf({ status, diagnostics }: MachineEvent): string | undefined {
  if (status !== 'Failed' || !diagnostics) return undefined;
  const { errorCode, scriptName, message, logTail } = diagnostics;
  const head = [errorCode, scriptName].filter(Boolean).join(' ');
  return [message || head, logTail].filter(Boolean).join('\n');
}

const statuses: Readonly<Record<Machine['status'], DeploymentInstance['status']>> = {
  Pending: 'queued',
  InProgress: 'running',
  Ready: 'waiting',
  Succeeded: 'success',
  Failed: 'failure',
  Skipped: 'skipped',
  Unknown: 'error',
};
