import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal, type Status } from '../../src/runs/run.ts';
import type { DeliveryJson, RunJson } from '../support/hookline-scene.ts';
import type { OrderKind, PlannedOrder } from './plan-orders.ts';

/**
 * `done`: hookline says so; `no`: it refused; `unknown`: it wrote the order down and had not come to it, or nobody heard
 * what it said, so that it may or may not have been carried out.
 */
export type OrderAnswer = 'done' | 'no' | 'unknown';

export type GivenOrder = {
  readonly id: string;
  readonly kind: OrderKind;
  /** The run, or the delivery of a replay, that it is about. */
  readonly target: string;
  readonly answer: OrderAnswer;
  /** The jobs of the run when the order was done. */
  readonly jobs?: ReadonlyMap<string, { status: Status; attempts: number }>;
  /** The delivery that a replay became. */
  readonly delivery?: string;
};

const answerMs = 10_000;
/** Somebody whom the page does not answer looks again; then it was not to be. */
const mostLooks = 10;
const lookMs = 1_000;

/** Gives every order at its time; one for which there is nothing at that moment is left out. */
export async function giveOrders(options: {
  planned: readonly PlannedOrder[];
  urls: readonly string[];
  deadline: AbortSignal;
}): Promise<GivenOrder[]> {
  const { planned, urls, deadline } = options;
  const startedAtMs = performance.now();

  async function call(path: string, body?: object): Promise<{ status: number; json: unknown } | undefined> {
    const url = urls[Math.floor(Math.random() * urls.length)];
    const signal = AbortSignal.any([deadline, AbortSignal.timeout(answerMs)]);
    const post = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    };
    try {
      const response = await fetch(`${url}/api/v1${path}`, { ...(body ? post : {}), signal });
      return { status: response.status, json: await response.json() };
    } catch {
      return undefined;
    }
  }

  async function targetOf({ kind, choice }: PlannedOrder): Promise<string | undefined> {
    const list = await call(kind === 'replay' ? '/deliveries?limit=50' : '/runs?limit=50');
    if (list?.status !== 200) return undefined;
    const { items } = list.json as { items: (RunJson & DeliveryJson)[] };
    const fit = items.filter(({ status, outcome }) => {
      if (kind === 'replay') return outcome === 'runs' || (outcome !== 'pending' && choice < 0.2);
      if (kind === 'cancel') return !isFinal(status);
      return isFinal(status) && (kind === 'retry all' || status !== 'success');
    });
    // Where nothing fits, the order is one that has to be refused.
    const from = fit.length > 0 ? fit : items;
    return from[Math.floor(choice * from.length)]?.id;
  }

  async function give(order: PlannedOrder): Promise<GivenOrder[]> {
    await sleep(Math.max(0, order.atMs - (performance.now() - startedAtMs)), undefined, { signal: deadline });
    let target = await targetOf(order);
    for (let look = 1; target === undefined && look < mostLooks; look += 1) {
      await sleep(lookMs, undefined, { signal: deadline });
      target = await targetOf(order);
    }
    if (target === undefined) return [];
    const { id, kind } = order;
    const by = { by: id };
    const got = await (kind === 'replay'
      ? call(`/deliveries/${target}/replay`, by)
      : kind === 'cancel'
        ? call(`/runs/${target}/cancel`, by)
        : call(`/runs/${target}/retry`, { ...by, scope: kind === 'retry all' ? 'all' : 'failed' }));
    const given = { id, kind, target };
    if (kind === 'replay' && got?.status === 202) {
      return [{ ...given, answer: 'done', delivery: (got.json as DeliveryJson).id }];
    }
    if (kind !== 'replay' && got?.status === 200) {
      const { jobs } = got.json as RunJson;
      const then = jobs.map(
        (job) => [job.id, { status: job.status, attempts: job.attempts.length }] as const,
      );
      return [{ ...given, answer: 'done', jobs: new Map(then) }];
    }
    return [{ ...given, answer: got?.status === 409 ? 'no' : 'unknown' }];
  }

  const given = await Promise.all(planned.map((order) => give(order).catch((): GivenOrder[] => [])));
  return given.flat();
}
