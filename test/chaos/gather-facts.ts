import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal } from '../../src/runs/run.ts';
import type { DeliveryJson, RunJson } from '../support/hookline-scene.ts';
import type { Facts } from './account.ts';
import type { ChaosWorld } from './chaos-world.ts';
import { parseEffects } from './effect.ts';
import { leftoversIn } from './leftovers-in.ts';

/** With the whole of what the API said. */
export type GatheredFacts = Facts & { deliveries: readonly DeliveryJson[]; runs: readonly RunJson[] };

/** Looks at everything once: first at what was done, then at the history, which must know of all of it. */
export async function gatherFacts(
  world: ChaosWorld,
  { sent, orders }: Pick<Facts, 'sent' | 'orders'>,
): Promise<GatheredFacts> {
  const [url = ''] = world.urls;
  const effects = parseEffects(await readFile(world.effectsFile, 'utf8'));
  const hooks = (await readFile(world.hookFile, 'utf8')).split('\n').filter(Boolean);
  const leftovers = await leftoversIn(world, { workspaces: false });
  const deliveries = await allPages<DeliveryJson>(url, '/api/v1/deliveries');
  const summaries = await allPages<{ id: string }>(url, '/api/v1/runs');
  const runs: RunJson[] = [];
  for (const { id } of summaries) runs.push((await get(url, `/api/v1/runs/${id}`)) as RunJson);
  return {
    sent,
    orders,
    deliveries,
    runs,
    statusesOf: world.git.statuses,
    effects,
    hooks,
    leftovers,
    allEffectsKnown: true,
  };
}

/** What still moves: when it is empty nothing more will come. */
export function unsettled({ deliveries, runs, leftovers }: Facts): string[] {
  return [
    ...deliveries
      .filter(({ outcome }) => outcome === 'pending')
      .map(({ deliveryId }) => `delivery ${deliveryId}`),
    ...runs.filter(({ status }) => !isFinal(status)).map(({ id, status }) => `run ${id} is ${status}`),
    ...runs.flatMap(({ id, statuses }) =>
      statuses
        .filter(({ delivery }) => delivery === 'pending')
        .map(({ state }) => `status ${state} of run ${id}`),
    ),
    ...leftovers,
  ];
}

/** Something that still moves, at a small price: while there is any the whole history need not be looked at. */
export async function isBusy(world: ChaosWorld): Promise<string | undefined> {
  const [url = ''] = world.urls;
  for (const path of [
    '/api/v1/deliveries?outcome=pending',
    '/api/v1/runs?status=queued',
    '/api/v1/runs?status=running',
    '/api/v1/runs?status=waiting',
  ]) {
    const page = (await get(url, `${path}&limit=1`)) as { items: unknown[] };
    if (page.items.length > 0) return path;
  }
  return undefined;
}

async function allPages<Item>(url: string, path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let before: string | undefined = ''; before !== undefined; ) {
    const query: string = before === '' ? '' : `&before=${encodeURIComponent(before)}`;
    const page = (await get(url, `${path}?limit=100${query}`)) as { items: Item[]; next?: string };
    items.push(...page.items);
    before = page.next;
  }
  return items;
}

async function get(url: string, path: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(20_000) });
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** The last word of a runner that ends is read a moment later. */
const lastWordsMs = 15_000;

/** Ends the runners as an operator does, and looks what is still there of jobs then. */
export async function leftAfterStop(world: ChaosWorld): Promise<string[]> {
  await Promise.all([...world.runners, ...world.deployers].map((each) => each.down('SIGTERM')));
  let left = await leftoversIn(world, { workspaces: true });
  for (const deadlineMs = Date.now() + lastWordsMs; left.length > 0 && Date.now() < deadlineMs; ) {
    await sleep(200);
    left = await leftoversIn(world, { workspaces: true });
  }
  return left;
}
