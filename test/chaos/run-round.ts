import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/errors.ts';
import { createRandom } from '../scenarios/lease/random.ts';
import { account } from './account.ts';
import { makeChaosRepository } from './chaos-repositories.ts';
import type { ChaosSize } from './chaos-sizes.ts';
import {
  type ChaosWorld,
  openChaosWorld,
  removeWorld,
  repositoryNames,
  type WorldOptions,
} from './chaos-world.ts';
import { countBy } from './count-by.ts';
import type { Fault } from './faults/fault.ts';
import { figuresOf } from './figures-of.ts';
import { type GatheredFacts, gatherFacts, isBusy, leftAfterStop, unsettled } from './gather-facts.ts';
import { giveOrders } from './give-orders.ts';
import { type InjectedFault, injectFaults, timelineText } from './inject-faults.ts';
import { planDeliveries } from './plan-deliveries.ts';
import { planFaults } from './plan-faults.ts';
import { planOrders } from './plan-orders.ts';
import { sendDeliveries } from './send-deliveries.ts';
import { slowestOf } from './slowest.ts';
import { canDeploy } from './start-processes.ts';

export type RoundOptions = {
  seed: number;
  world: WorldOptions;
  size: ChaosSize;
  openFaults: (world: ChaosWorld) => readonly Fault[];
  signal: AbortSignal;
};

const lookMs = 500;

/** One installation, broken and looked at; prints what came of it and says whether it was good. */
export async function runRound(options: RoundOptions): Promise<boolean> {
  const { seed, size, signal } = options;
  const { database } = options.world;
  const world = await openChaosWorld(options.world);
  let good = false;
  try {
    const random = createRandom(seed);
    const deploys = canDeploy;
    const docker = world.docker !== undefined;
    const planned = planDeliveries(random, { ...size, repositories: repositoryNames, deploys, docker });
    const faults = options.openFaults(world);
    if (world.clocks.size === 0)
      console.log(`${database}: no clock is set, for libfaketime is not installed`);
    const timeline = planFaults(random, { ...size, kinds: faults, count: size.faults });
    const repositories = await Promise.all(
      repositoryNames.map((name) =>
        makeChaosRepository(world.git, {
          ...{ name, planned, hookFile: world.hookFile },
          directory: `${world.directory}/git`,
          destination: world.destinations.get(name) ?? '',
          containers: world.docker && world.door && { image: world.docker.image, door: world.door },
        }),
      ),
    );
    const startedAtMs = Date.now();
    const patience = AbortSignal.any([signal, AbortSignal.timeout(size.windowMs + size.quietMs)]);
    const sending = sendDeliveries({
      planned,
      repositories: new Map(repositories.map((repository) => [repository.name, repository])),
      urls: world.urls,
      deadline: patience,
    });
    const ordering = giveOrders({
      planned: planOrders(random, size),
      urls: world.urls,
      deadline: patience,
    });
    const injected = await injectFaults(timeline, faults, signal);
    const mendedAtMs = Date.now();
    const { facts: seen, last } = await untilQuiet(
      world,
      { sent: await sending, orders: await ordering },
      patience,
    );
    const quietAtMs = Date.now();
    const facts = { ...seen, leftovers: await leftAfterStop(world) };

    const problems = account(facts);
    const figures = {
      ...figuresOf(facts, problems),
      faults: injected.length,
      'faults by kind': countBy(injected.map(({ kind }) => kind)),
      'processes that ended by themselves': endings(world),
      // By the history, whose times are those of clocks that may have been set.
      ...(injected.some(({ kind }) => kind === 'set clock') ? {} : slowestFigures(facts)),
      'quiet after the last fault': seconds(quietAtMs - mendedAtMs),
      'last to come to rest': last,
      took: seconds(quietAtMs - startedAtMs),
    };
    good = problems.length === 0;
    print(database, figures);
    if (!good) {
      console.log(`${database}: NOT GOOD, seed ${seed}, all of it is in ${world.directory}`);
      console.log(timelineText(injected));
      for (const { kind, what } of problems) console.log(`  ${kind}: ${what}`);
    }
    warnOfOddFaults(injected);
    return good;
  } finally {
    await world.close();
    if (good) await removeWorld(world);
  }
}

/** Looks until nothing moves any more, or the patience ends; what then still moves is among the facts. */
async function untilQuiet(
  world: ChaosWorld,
  done: Pick<GatheredFacts, 'sent' | 'orders'>,
  patience: AbortSignal,
): Promise<{ facts: GatheredFacts; last: string }> {
  let facts: GatheredFacts | undefined;
  let last = 'nothing';
  let problem: unknown = new Error('nothing was looked at in time');
  while (!facts || (unsettled(facts).length > 0 && !patience.aborted)) {
    await sleep(lookMs);
    try {
      const busy = await isBusy(world);
      if (busy !== undefined) last = busy;
      if (busy !== undefined && !patience.aborted) continue;
      facts = await gatherFacts(world, done);
      last = unsettled(facts)[0] ?? last;
    } catch (error) {
      problem = error;
      if (patience.aborted) throw new Error(`hookline does not answer: ${messageOf(problem)}`);
    }
  }
  return { facts, last };
}

function endings({ webs, runners, deployers }: ChaosWorld): string {
  const ended = [...webs, ...runners, ...deployers].flatMap(({ name, endedByItself }) =>
    endedByItself.map((how) => `${name}: ${how}`),
  );
  return countBy(ended) || 'none';
}

function slowestFigures({ deliveries, runs }: GatheredFacts): Record<string, string> {
  const slowest = slowestOf(deliveries, runs);
  return {
    'slowest from the 202 to the run': seconds(slowest.planningMs),
    'slowest from a ticket to the job': seconds(slowest.startMs),
    'slowest take-up of a lost job': seconds(slowest.takeUpMs),
  };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function print(title: string, figures: Record<string, string | number>): void {
  const lines = Object.entries(figures).map(([name, value]) => `  ${name.padEnd(36)} ${value}`);
  console.log(`${title}\n${lines.join('\n')}`);
}

function warnOfOddFaults(injected: readonly InjectedFault[]): void {
  for (const { kind, target, problem } of injected) {
    if (problem !== undefined) console.log(`  ${kind}: ${target} could not be done: ${problem}`);
  }
}
