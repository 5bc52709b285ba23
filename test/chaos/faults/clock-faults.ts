import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../scenarios/lease/random.ts';
import type { FaultsOf } from './fault.ts';

const minuteMs = 60_000;
const steps = { leastMs: 5 * minuteMs, mostMs: 6 * 60 * minuteMs };
/** Until the process has seen that its clock was put right. */
const seenMs = 1_500;

/** The wall clock of one process jumps by minutes to hours, jumps once more, and is put right at the end. */
export function clockFaults(random: Random): FaultsOf {
  const step = () => {
    const size = steps.leastMs * (steps.mostMs / steps.leastMs) ** random.next();
    return random.chance(0.5) ? size : -size;
  };
  return ({ clocks }) => [
    {
      name: 'set clock',
      // Not the targets of those that end processes: one may be started again while its clock is wrong.
      targets: [...clocks.keys()].map((name) => `clock of ${name}`),
      weight: 4,
      lastsMs: [2_000, 20_000],
      async inject({ target, lastsMs }) {
        const clock = clocks.get(target.slice('clock of '.length));
        if (!clock) throw new Error(`there is no ${target}`);
        await clock.set(step());
        const stop = new AbortController();
        const again = sleep(lastsMs / 2, undefined, { signal: stop.signal }).then(
          () => clock.set(step()),
          () => {},
        );
        return async () => {
          stop.abort();
          await again;
          await clock.set(0);
          await sleep(seenMs);
        };
      },
    },
  ];
}
