import type { SSEStreamingApi } from 'hono/streaming';
import { isFinal } from '../../runs/run.ts';
import { jobToJson } from '../api/job-json.ts';
import { type FollowTimes, followLog, type LogPorts } from './follow-log.ts';
import { endOf, type LogPiece, parseLogLine } from './log-piece.ts';
import { eventId } from './stream-position.ts';
import { isAttemptOver, type JobState, newestAttempt, watchJob } from './watch-job.ts';

export type LogEventsOptions = {
  first: JobState;
  look: () => Promise<JobState | undefined>;
  /** The attempt to begin with; the newest when not given. Later ones follow unless it is the `only` one. */
  attempt?: number;
  only: boolean;
  line: number;
  pollMs: number;
  times?: FollowTimes;
  signal: AbortSignal;
};

/**
 * Sends a job's log and states as events until the job has ended: `state`, `lines`, `gap` (lines that are not to be
 * had) and at last `end`. A job whose runner is lost goes on with its next attempt, whose lines count from 0 again.
 */
export async function sendLogEvents(
  stream: Pick<SSEStreamingApi, 'writeSSE'>,
  ports: LogPorts,
  options: LogEventsOptions,
): Promise<void> {
  const { signal, only, pollMs, times } = options;
  const done = new AbortController();
  const watch = watchJob({
    first: options.first,
    look: options.look,
    pollMs,
    log: ports.log,
    signal: AbortSignal.any([signal, done.signal]),
    onChange: ({ runId, runStatus, job }) =>
      stream.writeSSE({
        event: 'state',
        data: JSON.stringify({ runId, runStatus, attempt: newestAttempt(job), ...jobToJson(job) }),
      }),
  });

  async function sendAttempt(attempt: number, from: number): Promise<number> {
    const ended = new AbortController();
    const over = watch.until((state) => isAttemptOver(state.job, attempt));
    over.then(
      () => ended.abort(),
      () => {},
    );
    let next = from;
    const { job } = options.first;
    const jobId = job.id;
    const follow = { jobId, attempt, from, signal, ended: ended.signal, ...(times && { times }) };
    // Known to be over at once: nobody waits for a live tail that has long been forgotten.
    if (isAttemptOver(job, attempt)) ended.abort();
    for await (const piece of followLog(ports, follow)) {
      next = endOf(piece);
      await stream.writeSSE(eventOf(attempt, piece));
    }
    const { log } = (await over).job.attempts.find(({ number }) => number === attempt) ?? {};
    if (log !== undefined && log.lines > next) {
      const lost = { firstLine: next, missing: log.lines - next };
      next = log.lines;
      await stream.writeSSE(eventOf(attempt, lost));
    }
    return next;
  }

  try {
    let attempt = options.attempt ?? Math.max(1, newestAttempt(options.first.job));
    let line = options.line;
    for (;;) {
      const current = attempt;
      const began = await watch.until(({ job }) => newestAttempt(job) >= current || isFinal(job.status));
      if (newestAttempt(began.job) >= attempt) line = await sendAttempt(attempt, line);
      if (only) break;
      const after = await watch.until(({ job }) => newestAttempt(job) > current || isFinal(job.status));
      if (newestAttempt(after.job) <= attempt) break;
      attempt += 1;
      line = 0;
    }
    const last = await watch.until(() => true);
    const data = { status: last.job.status, attempt, lines: line };
    await stream.writeSSE({ event: 'end', id: eventId(attempt, 'end'), data: JSON.stringify(data) });
  } finally {
    done.abort();
  }
}

function eventOf(attempt: number, piece: LogPiece): { event: string; id: string; data: string } {
  const { firstLine } = piece;
  const id = eventId(attempt, endOf(piece) - 1);
  if ('missing' in piece) {
    return { event: 'gap', id, data: JSON.stringify({ attempt, firstLine, lineCount: piece.missing }) };
  }
  const lines = piece.lines.map(parseLogLine);
  return { event: 'lines', id, data: JSON.stringify({ attempt, firstLine, lines }) };
}
