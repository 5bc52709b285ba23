import { createRandom } from '../scenarios/lease/random.ts';
import type { ChaosWorld } from './chaos-world.ts';
import { bucketFaults } from './faults/bucket-faults.ts';
import { clockFaults } from './faults/clock-faults.ts';
import { diskFaults } from './faults/disk-faults.ts';
import { dockerFaults } from './faults/docker-faults.ts';
import type { Fault } from './faults/fault.ts';
import { forgeFaults } from './faults/forge-faults.ts';
import { frameFaults } from './faults/frame-faults.ts';
import { postgresFaults } from './faults/postgres-faults.ts';
import { processFaults } from './faults/process-faults.ts';
import { redisFaults } from './faults/redis-faults.ts';

/** Every fault that this installation can have, or those that are asked for. */
export function openFaults(
  world: ChaosWorld,
  { seed, only }: { seed: number; only?: readonly string[] | undefined },
): readonly Fault[] {
  const all = [
    processFaults,
    redisFaults,
    postgresFaults,
    forgeFaults,
    diskFaults,
    frameFaults(createRandom(seed)),
    bucketFaults,
    dockerFaults,
    clockFaults(createRandom(seed + 1)),
  ];
  const faults = all.flatMap((faultsOf) => faultsOf(world));
  const chosen = faults.filter(
    ({ name }) => only === undefined || only.some((start) => name.startsWith(start)),
  );
  if (chosen.length > 0) return chosen;
  throw new Error(`there is no such fault; there are: ${faults.map(({ name }) => name).join(', ')}`);
}
