import type { Outline } from './outline.ts';
import type { Finding } from './source-map.ts';
import { quote } from './yaml-path.ts';

/** Of two equal schedules one alone would be kept. */
export function checkSchedules({ on }: Outline): Finding[] {
  const seen = new Map<string, number>();
  return on.schedules.flatMap(({ path, cron, key }, index): Finding[] => {
    const first = seen.get(key);
    seen.set(key, first ?? index);
    if (first === undefined) return [];
    const message = `schedule ${quote(cron)} stands here twice`;
    return [{ path, message, expected: 'each time once for a branch and a time zone' }];
  });
}
