import type { ChaosWorld } from '../chaos-world.ts';
import type { FaultKind, PlannedFault } from '../plan-faults.ts';

/** One kind of fault, over one installation. */
export type Fault = FaultKind & {
  /** Breaks the target, and answers how it is mended again: at the end of the fault, and at the latest at the end of all. */
  readonly inject: (fault: PlannedFault) => Promise<() => Promise<void>>;
};

export type FaultsOf = (world: ChaosWorld) => readonly Fault[];
