import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { chaosSizes } from './chaos-sizes.ts';
import { openFaults } from './open-faults.ts';
import { runRound } from './run-round.ts';

/**
 * Breaks a real installation of hookline in every way that chance finds, then looks whether anything was lost, done
 * twice, left hanging or left behind: `node test/chaos/chaos.ts [--seed N] [--small] [--database sqlite|postgres]
 * [--faults name,name]`.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    small: { type: 'boolean', default: false },
    database: { type: 'string' },
    faults: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`--seed ${values.seed}: wanted a whole number`);
const size = values.small ? chaosSizes.small : chaosSizes.full;
const only = values.faults?.split(',');
const databases = (['sqlite', 'postgres'] as const).filter((name) => (values.database ?? name) === name);
if (databases.length === 0) throw new Error(`--database ${values.database}: wanted sqlite or postgres`);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
const load = loadavg().map((value) => value.toFixed(1));
console.log(`chaos: seed ${seed}, ${values.small ? 'small' : 'full'} size, load ${load.join(' ')}`);

const open = (world: Parameters<typeof openFaults>[0]) => openFaults(world, { seed, only });
// The small rounds stand beside each other: most of their time is waiting.
const rounds = databases.map(
  (database) => () => runRound({ seed, database, size, openFaults: open, signal: stop.signal }),
);
const good: boolean[] = [];
if (values.small) good.push(...(await Promise.all(rounds.map((round) => round()))));
else for (const round of rounds) good.push(await round());
process.exitCode = stop.signal.aborted ? 130 : good.every(Boolean) ? 0 : 1;
process.exit();
