/**
 * How long to wait before the next try: doubles with each one that failed, from `firstMs` to `mostMs`, and is
 * spread by up to half, so that many that failed together do not come back together. `random` is in [0, 1).
 */
export function waitTimeMs(
  tries: number,
  options: { firstMs: number; mostMs: number; random: () => number },
): number {
  const full = Math.min(options.mostMs, options.firstMs * 2 ** Math.min(tries, 30));
  return Math.round(full * (0.5 + options.random() / 2));
}
