import type { Fault, FaultsOf } from './fault.ts';

const ways = ['502', 'limited', 'late', 'never', 'answer lost'] as const;

/** The forge: its API in every way that the proxy knows, and its git. */
export const forgeFaults: FaultsOf = ({ forge, git }) => [
  ...ways.map(
    (way): Fault => ({
      name: `forge: ${way}`,
      targets: ['forge'],
      weight: 1,
      lastsMs: [500, 6_000],
      async inject() {
        forge.fault = way;
        return async () => {
          forge.fault = undefined;
          forge.hangUp();
        };
      },
    }),
  ),
  {
    name: 'git away',
    targets: ['git'],
    weight: 2,
    lastsMs: [500, 5_000],
    async inject() {
      git.faults.gitDown = true;
      return async () => {
        git.faults.gitDown = false;
      };
    },
  },
];
