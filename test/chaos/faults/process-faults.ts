import type { KeptProcess } from '../kept-process.ts';
import type { FaultsOf } from './fault.ts';

/** Processes that are killed, told to stop, or stand still as on a machine that was suspended. */
export const processFaults: FaultsOf = ({ webs, runners, deployers }) => {
  const all = [...webs, ...runners, ...deployers];
  const named = (processes: readonly KeptProcess[]) => processes.map(({ name }) => name);
  const find = (name: string): KeptProcess => {
    const found = all.find((each) => each.name === name);
    if (!found) throw new Error(`there is no process ${name}`);
    return found;
  };
  const ending = (signal: 'SIGKILL' | 'SIGTERM') => async (fault: { target: string }) => {
    const process = find(fault.target);
    await process.down(signal);
    return async () => process.up();
  };
  return [
    { name: 'kill web', targets: named(webs), weight: 4, lastsMs: [0, 3_000], inject: ending('SIGKILL') },
    {
      name: 'kill runner',
      targets: named(runners),
      weight: 4,
      lastsMs: [0, 3_000],
      inject: ending('SIGKILL'),
    },
    {
      name: 'kill deployer',
      targets: named(deployers),
      weight: 3,
      lastsMs: [0, 3_000],
      inject: ending('SIGKILL'),
    },
    {
      name: 'pause',
      targets: named(all),
      weight: 3,
      lastsMs: [500, 25_000],
      async inject(fault) {
        const process = find(fault.target);
        process.signal('SIGSTOP');
        return async () => process.signal('SIGCONT');
      },
    },
    { name: 'stop', targets: named(all), weight: 1, lastsMs: [0, 1_000], inject: ending('SIGTERM') },
  ];
};
