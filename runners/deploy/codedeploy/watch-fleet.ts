import { readAwsFault } from './aws-fault.ts';
import type { DeploymentWork } from './deployment-work.ts';
import { hasEnded, type Machine, machineOf } from './fleet.ts';

/** Answers of the calls about instances that only mean "not yet". */
const early = new Set([
  'DeploymentNotStartedException',
  'DeploymentDoesNotExistException',
  'DeploymentTargetDoesNotExistException',
  'InstanceDoesNotExistException',
]);

export type FleetWatch = {
  readonly machines: readonly Machine[];
  /** Asks for what may have changed. Answers whether it is known now; the deployment goes on in any case. */
  refresh(): Promise<boolean>;
};

/** Instances are looked at to be shown: what cannot be learned about them stops no deployment. */
export function watchFleet(work: DeploymentWork, deploymentId: string): FleetWatch {
  const machines = new Map<string, Machine>();
  let isRefused = false;

  return {
    get machines() {
      return [...machines.values()];
    },
    async refresh() {
      if (isRefused) return true;
      try {
        const ids = await work.api.targetIds(deploymentId);
        const moving = ids.filter((id) => {
          const known = machines.get(id);
          return !known || !hasEnded(known);
        });
        for (const target of await work.api.targets(deploymentId, moving)) {
          const machine = machineOf(target);
          if (machine) machines.set(machine.id, machine);
        }
        return true;
      } catch (error) {
        const fault = readAwsFault(error);
        if (fault.kind === 'bug') throw error;
        if (early.has(fault.name)) return true;
        if (fault.kind !== 'refused') return false;
        isRefused = true;
        await work.say(`The instances cannot be shown (${fault.name}: ${fault.message}).`);
        return true;
      }
    },
  };
}
