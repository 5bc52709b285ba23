import type { Config } from '../config.ts';
import type { Loop } from '../loop.ts';
import type { HeadPorts } from '../runs/look-at-heads.ts';
import { startHeads } from '../runs/start-heads.ts';

const everyMs = 5 * 60_000;

/** Looks for commits that no delivery ever named, and for those of servers that send none. */
export function startHeadRecovery({ repositories, git }: Config, ports: HeadPorts): Loop {
  const places = [...git.repositories.keys()].map((repository) => ({ provider: 'git', repository }) as const);
  const settings = {
    everyMs,
    ...(repositories === undefined ? {} : { repositories }),
    ...(git.pollMs === 0 ? {} : { polled: { places, everyMs: git.pollMs } }),
  };
  return startHeads({ ...ports, random: Math.random }, settings);
}
