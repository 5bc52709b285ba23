import { setTimeout as sleep } from 'node:timers/promises';
import { type Frame, frameSchema } from '../contract/frame.ts';
import type { ControlLink, RunnerLink } from '../contract/link.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RedisClient } from './connect-redis.ts';
import { execAll } from './exec-all.ts';
import { hangUp } from './hang-up.ts';
import { blockingCopy, compareIds, entriesOf, firstStream, type StreamEntry } from './stream-reader.ts';

// One stream to control, read by a consumer group of all control processes; one stream to each runner process.
const toControl = 'hookline:to-control';
const group = 'control';
const toRunner = (runner: string) => `hookline:to-runner:${runner}`;

const readCount = 64;
const blockMs = 5_000;
const retryMs = 200;
/** Whatever a dead control took and did not finish is given to another after this time. */
const claimIdleMs = 10_000;
/**
 * Runners ask again each second: a claim that waited longer is of one that is gone or has given up. A presence that
 * waited says who was there, not who is.
 */
const goodMs = 5_000;
/** A runner that is gone leaves its stream behind for this long. */
const runnerStreamMs = 60 * 60_000;
const runnerStreamLength = 1_000;
/** While no control is there runners repeat themselves; the oldest of what they said is given up beyond this. */
const toControlLength = 100_000;

export function createRunnerLink(redis: RedisClient, runner: string, log: Log): RunnerLink {
  const blocking = blockingCopy(redis);
  let closed = false;
  let reading: Promise<void> | undefined;

  async function read(handle: (frame: Frame) => void): Promise<void> {
    let last = '0';
    while (!closed) {
      const reply = await blocking
        .xread('COUNT', readCount, 'BLOCK', blockMs, 'STREAMS', toRunner(runner), last)
        .catch(waitAndRetry);
      for (const entry of firstStream(reply)) {
        last = entry.id;
        const frame = parseFrame(entry, log);
        try {
          if (frame) handle(frame);
        } catch (error) {
          // One frame must not end the reading of all others.
          log.error({ err: error }, `a frame could not be handled: ${messageOf(error)}`);
        }
      }
      // Redis itself may have lost the stream, and with it the count that the ids go by.
      if (reply === undefined || (reply === null && (await isBehind(last)))) last = '0';
    }
  }

  /** A Redis that took the place of another one may lack the newest entries, and count on from before them. */
  async function isBehind(last: string): Promise<boolean> {
    const newest: unknown = await redis.xrevrange(toRunner(runner), '+', '-', 'COUNT', 1).catch(() => null);
    const [entry] = entriesOf(newest);
    return last !== '0' && newest !== null && compareIds(entry?.id ?? '0', last) < 0;
  }

  async function waitAndRetry(): Promise<undefined> {
    if (!closed) await sleep(retryMs);
    return undefined;
  }

  return {
    async send(frame) {
      await redis.xadd(toControl, 'MAXLEN', '~', toControlLength, '*', 'frame', JSON.stringify(frame));
    },
    onFrame(handle) {
      reading = read(handle);
    },
    async close() {
      closed = true;
      hangUp(blocking);
      await reading;
    },
  };
}

export function createControlLink(redis: RedisClient, consumer: string, log: Log): ControlLink {
  const blocking = blockingCopy(redis);
  // Frames about one lease or claim are handled in order of arrival; different ones side by side.
  const lanes = new Map<string, Promise<void>>();
  /** Ids of the entries that wait in the lanes or are being handled. */
  const inHand = new Set<string>();
  let closed = false;
  let reading: Promise<void> | undefined;
  let claiming: NodeJS.Timeout | undefined;

  async function makeGroup(): Promise<void> {
    try {
      await redis.xgroup('CREATE', toControl, group, '0', 'MKSTREAM');
    } catch (error) {
      if (!messageOf(error).startsWith('BUSYGROUP')) throw error;
    }
  }

  async function read(handle: (frame: Frame) => Promise<void>): Promise<void> {
    while (!closed) {
      try {
        const reply = await blocking.xreadgroup(
          'GROUP',
          group,
          consumer,
          'COUNT',
          readCount,
          'BLOCK',
          blockMs,
          'STREAMS',
          toControl,
          '>',
        );
        for (const entry of firstStream(reply)) enqueue(entry, handle);
        while (lanes.size > readCount) await Promise.race(lanes.values());
      } catch (error) {
        if (closed) return;
        // An emptied Redis has no group: it is made again, and runners say again what was lost.
        if (messageOf(error).startsWith('NOGROUP')) await makeGroup().catch(() => {});
        await sleep(retryMs);
      }
    }
  }

  /** By the clock of Redis, which numbered the entry with it. */
  async function isStale(frame: Frame, entry: StreamEntry): Promise<boolean> {
    if (frame.type !== 'claim' && frame.type !== 'presence') return false;
    const [seconds] = await redis.time();
    return Number(seconds) * 1_000 - Number(entry.id.split('-')[0]) > goodMs;
  }

  function enqueue(entry: StreamEntry, handle: (frame: Frame) => Promise<void>): void {
    const frame = parseFrame(entry, log);
    const lane = frame?.subject ?? '';
    inHand.add(entry.id);
    const work = (lanes.get(lane) ?? Promise.resolve()).then(async () => {
      try {
        if (frame && !(await isStale(frame, entry))) await handle(frame);
        await execAll(redis.pipeline().xack(toControl, group, entry.id).xdel(toControl, entry.id));
      } catch (error) {
        // Left pending: it is claimed again later, and the runner repeats itself anyway.
        if (!closed) log.error({ err: error }, `a frame could not be handled: ${messageOf(error)}`);
      } finally {
        inHand.delete(entry.id);
      }
    });
    lanes.set(lane, work);
    work.finally(() => {
      if (lanes.get(lane) === work) lanes.delete(lane);
    });
  }

  async function claimAbandoned(handle: (frame: Frame) => Promise<void>): Promise<void> {
    const pending: unknown = await redis
      .xpending(toControl, group, 'IDLE', claimIdleMs, '-', '+', readCount)
      .catch(() => []);
    // Not what this control has in hand itself: to claim that again would keep it from every other one.
    const ids = idsOf(pending).filter((id) => !inHand.has(id));
    if (closed || ids.length === 0) return;
    const claimed: unknown = await redis
      .call('XCLAIM', toControl, group, consumer, String(claimIdleMs), ...ids)
      .catch(() => []);
    if (closed) return;
    for (const entry of entriesOf(claimed)) enqueue(entry, handle);
  }

  return {
    async send(runner, frame) {
      const key = toRunner(runner);
      await execAll(
        redis
          .pipeline()
          .xadd(key, 'MAXLEN', '~', runnerStreamLength, '*', 'frame', JSON.stringify(frame))
          .pexpire(key, runnerStreamMs),
      );
    },
    async onFrame(handle) {
      // A Redis that goes away at this very moment is met in the reading, which makes the group as well.
      await makeGroup().catch(() => {});
      reading = read(handle);
      claiming = setInterval(() => claimAbandoned(handle), claimIdleMs);
    },
    async close() {
      closed = true;
      clearInterval(claiming);
      hangUp(blocking);
      await reading;
      await Promise.all(lanes.values());
    },
  };
}

/** The reply of XPENDING: a row for each entry, its id first. */
function idsOf(pending: unknown): string[] {
  return Array.isArray(pending)
    ? pending.flatMap((row: unknown) => (Array.isArray(row) ? [String(row[0])] : []))
    : [];
}

function parseFrame(entry: StreamEntry, log: Log): Frame | undefined {
  try {
    return frameSchema.parse(JSON.parse(entry.value));
  } catch {
    log.warn({ entry: entry.id }, 'something that is no frame came in; dropped');
    return undefined;
  }
}
