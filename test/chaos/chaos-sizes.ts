export type ChaosSize = {
  deliveries: number;
  /** Of the deliveries, how many ask for a run. */
  runs: number;
  faults: number;
  /** Of people: cancel, retry, replay. */
  orders: number;
  /** Deliveries and faults come within this time. */
  windowMs: number;
  /** No fault lasts longer. */
  longestMs: number;
  /** All must be quiet this long after the last fault: generous, for the machine may be busy with other things. */
  quietMs: number;
};

/** For each database. */
export const chaosSizes = {
  small: {
    deliveries: 80,
    runs: 27,
    faults: 15,
    orders: 7,
    windowMs: 12_000,
    longestMs: 4_000,
    quietMs: 200_000,
  },
  full: {
    deliveries: 1_000,
    runs: 300,
    faults: 120,
    orders: 60,
    windowMs: 300_000,
    longestMs: 25_000,
    quietMs: 300_000,
  },
} as const satisfies Record<string, ChaosSize>;
