import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../src/errors.ts';

export type KeptAsking = {
  /** How often an answer came. */
  answers(): number;
  /** Asks no more; answers what failed, each way once. */
  end(): Promise<string[]>;
};

const pauseMs = 10;

/** Asks again and again, the one request beside the other, as long as nobody ends it. */
export function keepAsking(requests: Readonly<Record<string, () => Promise<Response>>>): KeptAsking {
  const failures = new Set<string>();
  let answers = 0;
  let goesOn = true;
  const asking = Object.entries(requests).map(async ([name, ask]) => {
    while (goesOn) {
      try {
        const response = await ask();
        await response.arrayBuffer();
        if (!response.ok) failures.add(`${name}: ${response.status}`);
      } catch (error) {
        failures.add(`${name}: ${messageOf(error)}`);
      }
      answers += 1;
      await delay(pauseMs);
    }
  });
  return {
    answers: () => answers,
    async end() {
      goesOn = false;
      await Promise.all(asking);
      return [...failures];
    },
  };
}
