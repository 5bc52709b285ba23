import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, WaitingError, Worker } from 'bullmq';
import type { TicketReader } from '../contract/ticket.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RedisClient } from './connect-redis.ts';
import { labelSetsFor } from './label-sets.ts';
import { queueName, queuePrefix, type TicketData } from './ticket-queue-name.ts';

/**
 * While a runner holds a ticket, BullMQ renews its lock; a lost lock is no matter, for the lease decides. A ticket
 * whose runner died before it claimed is found within lock and look, and control then writes it again.
 */
const lockMs = 8_000;
const stalledMs = 4_000;
/** A job that asks for a set of labels that nobody asked for before waits this long at most until it is offered. */
const labelSetsMs = 1_000;
/** While Redis is away or hangs BullMQ's workers close never: what they hold is given up by their locks then. */
const closeMs = 5_000;

/**
 * One BullMQ worker for each set of labels in use that the taker can serve. They share its slots: while all are taken
 * every worker is paused, and what one had already asked for goes back to where it was.
 */
export function createTicketReader(redis: RedisClient, log: Log): TicketReader {
  return {
    take(queue, slots, handle, labels = []) {
      const workers = new Map<string, Worker<TicketData>>();
      const own = new Set(labels);
      const stop = new AbortController();
      const handling = new Set<Promise<void>>();
      let isPaused = false;
      let inHand = 0;

      const takesNone = () => isPaused || inHand >= slots;

      function steer(): void {
        for (const worker of workers.values()) {
          if (isPaused || (takesNone() && workers.size > 1)) void worker.pause(true);
          else if (worker.isPaused()) void worker.resume();
        }
      }

      async function carry(job: Job<TicketData>, token: string | undefined): Promise<void> {
        if (takesNone()) {
          await job.moveToWait(token);
          throw new WaitingError();
        }
        let isPutBack = false;
        inHand += 1;
        steer();
        try {
          const ticket = { queue, jobId: job.data.jobId, attempt: job.data.attempt };
          const handled = handle(ticket, () => {
            isPutBack = true;
          });
          handling.add(handled);
          await handled.finally(() => handling.delete(handled));
          if (isPutBack) {
            await job.moveToWait(token);
            throw new WaitingError();
          }
        } finally {
          inHand -= 1;
          if (!stop.signal.aborted) steer();
        }
      }

      function open(set: readonly string[]): void {
        const name = queueName(queue, set);
        if (workers.has(name)) return;
        const worker = new Worker<TicketData>(name, carry, {
          connection: redis,
          prefix: queuePrefix,
          concurrency: slots,
          lockDuration: lockMs,
          stalledInterval: stalledMs,
          maxStalledCount: 0,
          removeOnComplete: { count: 0 },
          removeOnFail: { count: 0 },
        });
        worker.on('error', (error) => log.debug({ err: error }, 'ticket queue'));
        workers.set(name, worker);
      }

      /** Opens what came into use and closes what went out of it; a worker that still holds tickets ends with them. */
      async function followLabelSets(): Promise<void> {
        while (!stop.signal.aborted) {
          try {
            const sets = await labelSetsFor(redis, queue, own);
            if (stop.signal.aborted) return;
            const wanted = new Set([[], ...sets].map((set) => queueName(queue, set)));
            for (const set of sets) open(set);
            for (const [name, worker] of workers) {
              if (wanted.has(name)) continue;
              workers.delete(name);
              worker.close().catch(() => {});
            }
            steer();
          } catch (error) {
            log.debug({ err: error }, `the sets of labels in use are not known: ${messageOf(error)}`);
          }
          await sleep(labelSetsMs, undefined, { signal: stop.signal }).catch(() => {});
        }
      }

      open([]);
      const following = own.size === 0 ? Promise.resolve() : followLabelSets();
      return {
        async pause() {
          isPaused = true;
          await Promise.all([...workers.values()].map((worker) => worker.pause(true)));
        },
        resume() {
          isPaused = false;
          steer();
        },
        async close() {
          isPaused = true;
          stop.abort();
          await following;
          // The jobs under way have all the time that their runner gives them.
          await Promise.allSettled(handling);
          const closed = Promise.all([...workers.values()].map((worker) => worker.close()));
          await Promise.race([closed, sleep(closeMs, undefined, { ref: false })]);
        },
      };
    },
  };
}
