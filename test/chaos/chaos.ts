import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startChaosDocker } from './chaos-docker.ts';
import { chaosSizes } from './chaos-sizes.ts';
import type { Blobs, Database } from './chaos-world.ts';
import { openFaults } from './open-faults.ts';
import { runRound } from './run-round.ts';

/**
 * Breaks a real installation of hookline in every way that chance finds, then looks whether anything was lost, done
 * twice, left hanging or left behind: `node test/chaos/chaos.ts [--seed N] [--small] [--database sqlite|postgres]
 * [--blobs directory|s3] [--docker] [--faults name,name]`. At full size everything is part of it.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    small: { type: 'boolean', default: false },
    database: { type: 'string' },
    blobs: { type: 'string' },
    docker: { type: 'boolean' },
    faults: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`--seed ${values.seed}: wanted a whole number`);
const size = values.small ? chaosSizes.small : chaosSizes.full;
const only = values.faults?.split(',');
const databases = (['sqlite', 'postgres'] as const).filter((name) => (values.database ?? name) === name);
if (databases.length === 0) throw new Error(`--database ${values.database}: wanted sqlite or postgres`);
if (![undefined, 'directory', 's3'].includes(values.blobs)) {
  throw new Error(`--blobs ${values.blobs}: wanted directory or s3`);
}
/** Unless it is said: PostgreSQL stands for what is beyond one machine, where the blobs are in S3 as well. */
const blobsOf = (database: Database): Blobs => {
  if (values.blobs !== undefined) return values.blobs === 's3' ? 's3' : 'directory';
  return database === 'postgres' && !values.small ? 's3' : 'directory';
};

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
const load = loadavg().map((value) => value.toFixed(1));
console.log(`chaos: seed ${seed}, ${values.small ? 'small' : 'full'} size, load ${load.join(' ')}`);

const open = (world: Parameters<typeof openFaults>[0]) => openFaults(world, { seed, only });
// The small rounds stand beside each other: most of their time is waiting.
const docker = (values.docker ?? !values.small) ? await startChaosDocker() : undefined;
const rounds = databases.map((database) => () => {
  const world = { database, blobs: blobsOf(database), docker };
  return runRound({ seed, world, size, openFaults: open, signal: stop.signal });
});
const good: boolean[] = [];
try {
  if (values.small && !docker) good.push(...(await Promise.all(rounds.map((round) => round()))));
  else for (const round of rounds) good.push(await round());
} finally {
  await docker?.close();
}
process.exitCode = stop.signal.aborted ? 130 : good.every(Boolean) ? 0 : 1;
process.exit();
