import type { Config } from '../config.ts';
import type { Loop } from '../loop.ts';
import type { HeadPorts } from '../runs/look-at-heads.ts';
import { startHeads } from '../runs/start-heads.ts';

const everyMs = 5 * 60_000;

/** Looks for commits that no delivery ever named. */
export function startHeadRecovery({ repositories }: Config, ports: HeadPorts): Loop {
  const settings = { everyMs, ...(repositories === undefined ? {} : { repositories }) };
  return startHeads({ ...ports, random: Math.random }, settings);
}
