import { setTimeout as wait } from 'node:timers/promises';
import { extractZip } from '../../../../runners/artifacts/extract-zip.ts';
import { createLocalTarget } from '../../../../runners/deploy/local-target.ts';
import { systemClock } from '../../../../src/clock.ts';

/** A deployer in a process of its own, for tests that kill it. Its last argument says what to deploy. */
const { stateDirectory, policies, request, hangsWhileExtracting } = JSON.parse(process.argv[2] ?? '{}');

const target = createLocalTarget({
  policies,
  stateDirectory,
  extract: async (options) => {
    await extractZip({ ...options, limits: { maxFiles: 100, maxBytes: 1 << 20 } });
    if (!hangsWhileExtracting) return;
    process.stdout.write('extracted\n');
    await wait(60_000);
  },
  clock: systemClock,
});
const signal = new AbortController().signal;
const outcome = await target.deploy(request, {
  signal,
  report: (event) => {
    if (event.type === 'output') process.stdout.write(event.text);
  },
});
process.stdout.write(`${JSON.stringify(outcome)}\n`);
