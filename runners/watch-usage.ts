import type { Clock } from '../src/clock.ts';
import type { Usage } from '../src/contract/job-event.ts';
import type { JobContainer } from './engine/engine.ts';

const everyMs = 5_000;

/**
 * What a job's container has used: looked at while it runs, for one that dies tells nothing any more, and a last time at
 * `end`, which is to be called before it is stopped.
 */
export function watchUsage(
  container: Pick<JobContainer, 'usage'>,
  clock: Pick<Clock, 'after'>,
): { end(): Promise<Usage | undefined> } {
  let last: Usage | undefined;
  let ended = false;
  let callOff = clock.after(everyMs, look);

  function look(): void {
    void see().then(() => {
      if (!ended) callOff = clock.after(everyMs, look);
    });
  }

  async function see(): Promise<void> {
    last = (await container.usage()) ?? last;
  }

  return {
    async end() {
      ended = true;
      callOff();
      await see();
      return last;
    },
  };
}
