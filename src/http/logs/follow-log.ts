import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobStore } from '../../blobs/blob-store.ts';
import type { LiveLogReader } from '../../contract/live-log.ts';
import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { History } from '../../runs/history.ts';
import { endOf, type LogPiece, pieceFrom } from './log-piece.ts';
import { openTail } from './open-tail.ts';
import { readSegments } from './read-segments.ts';

export type LogPorts = {
  history: Pick<History, 'segments'>;
  blobs: Pick<BlobStore, 'get'>;
  live: Pick<LiveLogReader, 'follow'>;
  log: Pick<Log, 'warn'>;
};

export type FollowTimes = {
  /** After so long without a live line the segments are looked at: the tail may have been lost. */
  quietMs: number;
  /** How long to wait for the segment that fills a gap before the tail; runners upload every 2 s. */
  gapMs: number;
  /** How often to look for that segment. */
  lookMs: number;
};

export const followTimes: FollowTimes = { quietMs: 2_000, gapMs: 8_000, lookMs: 250 };

export type FollowOptions = {
  jobId: string;
  attempt: number;
  /** The first line wanted, from 0. */
  from: number;
  /** Gives up. */
  signal: AbortSignal;
  /** Aborted when the attempt is over and every segment of it is known: what is left is read, and that is all. */
  ended: AbortSignal;
  /** Whether silence of the live tail ends the log too, for readers who want what there is by now. */
  untilQuiet?: boolean;
  times?: FollowTimes;
};

/**
 * The log of an attempt from line `from` on, each line once and in order: stored segments for what is behind, then
 * the live tail. Where the tail begins later than the lines read so far, the segment between them is waited for.
 */
export async function* followLog(ports: LogPorts, options: FollowOptions): AsyncGenerator<LogPiece> {
  const { jobId, attempt, signal, ended, untilQuiet = false, times = followTimes } = options;
  const either = AbortSignal.any([signal, ended]);
  let next = options.from;

  async function* stored(): AsyncGenerator<LogPiece> {
    const segments = await ports.history.segments(jobId, attempt);
    for await (const piece of readSegments(ports.blobs, segments, { from: next, signal })) {
      next = endOf(piece);
      yield piece;
    }
  }

  /** While the attempt runs a store that fails is asked again later; the caller's loop comes back here. */
  async function* storedByNow(): AsyncGenerator<LogPiece> {
    try {
      yield* stored();
    } catch (error) {
      signal.throwIfAborted();
      ports.log.warn({ err: error, jobId, attempt }, `a log's segments cannot be read: ${messageOf(error)}`);
    }
  }

  async function* upTo(line: number): AsyncGenerator<LogPiece> {
    for (let waitedMs = 0; next < line; waitedMs += times.lookMs) {
      const isLast = either.aborted || waitedMs >= times.gapMs;
      yield* storedByNow();
      if (next < line && isLast) {
        yield { firstLine: next, missing: line - next };
        next = line;
      }
      if (next < line) await sleep(times.lookMs, undefined, { signal: either }).catch(() => {});
    }
  }

  if (!ended.aborted) {
    const tail = openTail({ ...ports, jobId, attempt });
    try {
      yield* storedByNow();
      while (!either.aborted) {
        const batch = await tail.take(times.quietMs, either);
        if (batch === undefined) {
          if (untilQuiet) break;
          if (!either.aborted) yield* storedByNow();
          continue;
        }
        yield* upTo(batch.firstLine);
        const piece = pieceFrom(batch, next);
        if (piece === undefined) continue;
        next = endOf(piece);
        yield piece;
      }
    } finally {
      tail.close();
    }
  }
  signal.throwIfAborted();
  yield* stored();
}
