export type MemorySample = { webhooks: number; bytes: number };

/** The first part of the looks, while caches fill and the heap finds its size. */
const warmUpShare = 0.3;

export type MemoryTrend = {
  /** The first look after the warm-up. */
  firstBytes: number;
  lastBytes: number;
  mostBytes: number;
  /** By least squares over what came after the warm-up, for each 10,000 webhooks. */
  slopeBytes: number;
};

export function memoryTrend(samples: readonly MemorySample[]): MemoryTrend {
  const kept = samples.slice(Math.floor(samples.length * warmUpShare));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const webhooks = mean(kept.map((sample) => sample.webhooks));
  const bytes = mean(kept.map((sample) => sample.bytes));
  let together = 0;
  let spread = 0;
  for (const sample of kept) {
    together += (sample.webhooks - webhooks) * (sample.bytes - bytes);
    spread += (sample.webhooks - webhooks) ** 2;
  }
  return {
    firstBytes: kept[0]?.bytes ?? Number.NaN,
    lastBytes: kept.at(-1)?.bytes ?? Number.NaN,
    mostBytes: Math.max(...kept.map((sample) => sample.bytes)),
    slopeBytes: (together / spread) * 10_000,
  };
}
