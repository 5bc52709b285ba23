import type { BlobStore } from '../src/blobs/blob-store.ts';
import type { Clock } from '../src/clock.ts';
import type { Log } from '../src/log.ts';
import { finishedEvent } from './finished-event.ts';
import type { EventSpool } from './lease/event-spool.ts';
import type { HeldLease } from './lease/held-lease.ts';
import { uploadLeftSegments } from './log/segment-files.ts';

/** A job of an earlier process: its log so far is saved and control is told at once that it needs a new attempt. */
export function giveBack(
  spool: EventSpool,
  lease: HeldLease,
  { blobs, clock, log, name }: { blobs: BlobStore; clock: Clock; log: Log; name: string },
): void {
  const finished = spool.finished;
  log.info({ jobId: spool.lease.jobId, finished }, 'found the job of an earlier process');
  lease.flush();
  if (finished) return;
  uploadLeftSegments({
    attempt: spool.lease,
    directory: spool.directory,
    blobs,
    report: lease.report,
    known: spool.segments(),
    signal: AbortSignal.timeout(spool.lease.leaseMs / 2),
  })
    .catch((error: unknown) => log.warn({ err: error }, 'the log of an earlier process could not be saved'))
    .finally(() => {
      const reason = { code: 'runner-restarted', message: `runner ${name} was started again` };
      lease.report(finishedEvent(clock.now(), 'lost', reason));
    });
}
