import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/errors.ts';
import type { ChaosRepository } from './chaos-repositories.ts';
import { signedRequest } from './delivery-body.ts';
import type { PlannedDelivery } from './plan-deliveries.ts';

export type SentDelivery = {
  readonly planned: PlannedDelivery;
  /** Every answer it got, in order; what got none is named by what broke. */
  readonly answers: readonly (number | string)[];
  /** Whether hookline said 202, which is its promise. */
  readonly promised: boolean;
};

/** GitHub waits this long for an answer (docs.github.com, "Best practices for using webhooks"). */
const answerMs = 10_000;
const againMs = { least: 200, most: 1_500 };

/**
 * Sends everything at its time to one of the web processes, and sends what was not answered with 202 again until it is:
 * as a person does who sees the failures in the provider's list. `deadline` ends the patience.
 */
export async function sendDeliveries(options: {
  planned: readonly PlannedDelivery[];
  repositories: ReadonlyMap<string, ChaosRepository>;
  urls: readonly string[];
  deadline: AbortSignal;
}): Promise<SentDelivery[]> {
  const { planned, repositories, urls, deadline } = options;
  const startedAtMs = performance.now();
  let turn = 0;
  const reach = async (atMs: number) =>
    sleep(Math.max(0, atMs - (performance.now() - startedAtMs)), undefined, { signal: deadline });

  async function once(delivery: PlannedDelivery): Promise<number | string> {
    const repository = repositories.get(delivery.repository);
    if (!repository) throw new Error(`there is no repository ${delivery.repository}`);
    turn += 1;
    const { headers, body } = signedRequest(delivery, repository);
    const signal = AbortSignal.any([deadline, AbortSignal.timeout(answerMs)]);
    try {
      const url = `${urls[turn % urls.length]}/webhooks/github`;
      const response = await fetch(url, { method: 'POST', headers, body, signal });
      await response.arrayBuffer();
      return response.status;
    } catch (error) {
      return messageOf(error);
    }
  }

  async function send(delivery: PlannedDelivery): Promise<SentDelivery> {
    const answers: (number | string)[] = [];
    const again = delivery.againAtMs.map(async (atMs) => {
      await reach(atMs);
      answers.push(await once(delivery));
    });
    try {
      await reach(delivery.atMs);
      while (!deadline.aborted) {
        const answer = await once(delivery);
        answers.push(answer);
        if (isLast(delivery, answer)) break;
        const waitMs = againMs.least + Math.random() * (againMs.most - againMs.least);
        await sleep(waitMs, undefined, { signal: deadline });
      }
    } catch (error) {
      if (!deadline.aborted) throw error;
    }
    await Promise.allSettled(again);
    return { planned: delivery, answers, promised: answers.includes(202) };
  }

  return Promise.all(planned.map(send));
}

/** What was refused for its signature stays refused. */
function isLast({ expects }: PlannedDelivery, answer: number | string): boolean {
  return answer === 202 || (expects === 'refused' && answer === 401);
}
