import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isFinal } from '../../src/runs/run.ts';
import { ownBytes } from '../bench/process-tree.ts';
import { pushTemplate } from '../bench/push-body.ts';
import { runLoad } from '../bench/run-load.ts';
import { makeChaosRepository } from './chaos-repositories.ts';
import { openChaosWorld, removeWorld, repositoryNames } from './chaos-world.ts';
import { countBy } from './count-by.ts';
import { gatherFacts, isBusy, leftAfterStop, unsettled } from './gather-facts.ts';
import { memoryTrend } from './memory-trend.ts';
import type { PlannedDelivery } from './plan-deliveries.ts';
import { sendDeliveries } from './send-deliveries.ts';

/**
 * Many webhooks and jobs, nothing broken: does memory stay where it is? `node test/chaos/soak.ts [--small]`. Memory is
 * looked at between the rounds, when nothing is under way, so that one look can be compared with the other.
 */
const { values } = parseArgs({ options: { small: { type: 'boolean', default: false } } });
const size = values.small
  ? { webhooks: 2_000, jobs: 80, rounds: 8 }
  : { webhooks: 50_000, jobs: 2_000, rounds: 25 };
const connections = 8;
/** Planning and jobs of one round; the machine may be busy with other things. */
const roundMs = 10 * 60_000;
const settleMs = 1_000;
const looks = 3;
/**
 * What is called flat: 2 MB for 10,000 webhooks are 200 bytes for each, less than any object that is made for one (a body
 * is 8 kB), and about what the heap of V8 wavers by over the length of the soak.
 */
const flatBytes = 2e6;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
const load = () =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
console.log(`soak: ${size.webhooks} webhooks, ${size.jobs} jobs, load ${load()}`);

const world = await openChaosWorld({ database: 'sqlite' });
try {
  process.exitCode = (await soak()) ? 0 : 1;
} finally {
  await world.close();
  await removeWorld(world);
}
process.exit();

async function soak(): Promise<boolean> {
  const planned = Array.from({ length: size.jobs }, (_, index): PlannedDelivery => {
    const repository = repositoryNames[index % repositoryNames.length] ?? '';
    return { id: `soak-${index + 1}`, repository, kind: 'quick', expects: 'run', atMs: 0, againAtMs: [] };
  });
  const repositories = await Promise.all(
    repositoryNames.map((name) =>
      makeChaosRepository(world.git, {
        ...{ name, planned, hookFile: world.hookFile },
        directory: `${world.directory}/git`,
        destination: world.destinations.get(name) ?? '',
      }),
    ),
  );
  const byName = new Map(repositories.map((repository) => [repository.name, repository]));
  const processes = [...world.webs, ...world.runners, ...world.deployers];
  const samples = new Map(processes.map(({ name }) => [name, [] as { webhooks: number; bytes: number }[]]));
  const startedAtMs = Date.now();

  for (let round = 1; round <= size.rounds; round += 1) {
    stop.signal.throwIfAborted();
    const share = (all: number) =>
      Math.floor((all * round) / size.rounds) - Math.floor((all * (round - 1)) / size.rounds);
    const first = Math.floor((size.jobs * (round - 1)) / size.rounds);
    const jobs = planned.slice(first, first + share(size.jobs));
    const deadline = AbortSignal.any([stop.signal, AbortSignal.timeout(roundMs)]);
    const [url = ''] = world.urls;
    const target = repositories[round % repositories.length];
    await Promise.all([
      sendDeliveries({ planned: jobs, repositories: byName, urls: world.urls, deadline }),
      runLoad({
        url: `${url}/webhooks/github`,
        template: pushTemplate({
          repository: target?.name ?? '',
          branch: 'topic',
          sha: target?.unwanted ?? '',
        }),
        series: `soak-load-${round}`,
        count: share(size.webhooks) - jobs.length,
        connections,
      }),
    ]);
    while ((await isBusy(world)) !== undefined) await sleep(200, undefined, { signal: deadline });
    for (const { name, pid } of processes) {
      const webhooks = Math.floor((size.webhooks * round) / size.rounds);
      samples.get(name)?.push({ webhooks, bytes: await leastOf(pid ?? 0) });
    }
  }

  const facts = await gatherFacts(world, { sent: [], orders: [] });
  const left = [...unsettled(facts), ...(await leftAfterStop(world))];
  const ended = facts.runs.filter(({ status }) => isFinal(status)).length;
  console.log(
    `  took                ${((Date.now() - startedAtMs) / 1_000).toFixed(0)} s, load at the end ${load()}`,
  );
  console.log(`  deliveries kept     ${facts.deliveries.length} of ${size.webhooks}`);
  console.log(
    `  runs                ${ended} of ${size.jobs} ended: ${countBy(facts.runs.map(({ status }) => status))}`,
  );
  console.log(`  left behind         ${left.length === 0 ? 'nothing' : left.slice(0, 10).join(', ')}`);
  let isFlat = true;
  for (const [name, ofProcess] of samples) {
    const { firstBytes, lastBytes, mostBytes, slopeBytes } = memoryTrend(ofProcess);
    const flat = slopeBytes <= flatBytes;
    isFlat &&= flat;
    const verdict = values.small ? 'too short for a verdict' : flat ? 'flat' : 'NOT FLAT';
    const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(
      `  ${name.padEnd(19)} ${mb(firstBytes)} after the warm-up, ${mb(lastBytes)} at the end, ${mb(mostBytes)} at most, ` +
        `${(slopeBytes / 1e6).toFixed(2)} MB per 10,000 webhooks: ${verdict}`,
    );
  }
  const complete = facts.deliveries.length === size.webhooks && ended === size.jobs && left.length === 0;
  return complete && (values.small || isFlat);
}

/** The least of a few looks: what waits to be collected is not what is kept. */
async function leastOf(pid: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < looks; look += 1) {
    await sleep(settleMs / looks);
    least = Math.min(least, ownBytes(pid));
  }
  return least;
}
