import { createRoute, z } from '@hono/zod-openapi';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Log } from '../../log.ts';
import type { History } from '../../runs/history.ts';
import { type ApiApp, idParameter, problems } from '../api/api-app.ts';
import { stoppingOf } from '../app-env.ts';
import { HttpRefusal } from '../http-refusal.ts';
import type { FollowTimes, LogPorts } from './follow-log.ts';
import { attemptQuery, fromLineQuery } from './log-query.ts';
import { sendLogEvents } from './send-log-events.ts';
import { shareReads } from './share-reads.ts';
import { positionAfter } from './stream-position.ts';
import { jobStateOf, newestAttempt } from './watch-job.ts';

const streamLog = createRoute({
  method: 'get',
  path: '/api/v1/jobs/{id}/log/stream',
  summary: "A job's log and state as Server-Sent Events, until the job has ended",
  description:
    'Events: `lines` {attempt, firstLine, lines: [{atMs, step, text}]}, `gap` {attempt, firstLine, lineCount} for lines that are not to be had, `state` {runId, runStatus, attempt, and the fields of Job}, `end` {status, attempt, lines}. Lines are numbered from 0 per attempt; atMs is milliseconds since the attempt began; step is null where the runner itself speaks. Event ids are `<attempt>-<last line>`; Last-Event-ID goes on after them. After `end` the stream need not be opened again: a reader who does so with its id gets 204.',
  request: {
    params: idParameter,
    query: z.strictObject({
      attempt: attemptQuery('That attempt alone; else the newest and those that follow it.'),
      from: fromLineQuery('The first line wanted, unless Last-Event-ID says otherwise.'),
    }),
    headers: z.object({ 'last-event-id': z.string().max(40).optional() }),
  },
  responses: {
    200: { description: 'The events', content: { 'text/event-stream': { schema: z.string() } } },
    204: { description: 'This reader has had everything: a browser stops asking' },
    ...problems,
  },
});

export type StreamLimits = {
  /** How many streams this process serves at once. */
  maxStreams: number;
  /** How often a job is looked at for changes. */
  pollMs: number;
  /** How often a silent stream shows that it lives, to proxies that cut silent connections. */
  pingMs: number;
};

export const streamLimits: StreamLimits = { maxStreams: 200, pollMs: 500, pingMs: 15_000 };

/** The last one is for nginx, which else keeps events back until it has a buffer full. */
const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

/** How long a browser waits before it comes back to a server that was stopped. */
const retryMs = 2_000;

export function addLogStreamRoutes(
  app: ApiApp,
  ports: LogPorts & {
    history: Pick<History, 'job' | 'run' | 'segments'>;
    log: Pick<Log, 'warn' | 'error'>;
    now: () => number;
  },
  { maxStreams, pollMs, pingMs }: StreamLimits = streamLimits,
  times?: FollowTimes,
): void {
  let openStreams = 0;
  const readRun = shareReads((runId: string) => ports.history.run(runId), {
    now: ports.now,
    freshMs: pollMs / 2,
  });

  app.openapi(streamLog, async (context) => {
    const { id } = context.req.valid('param');
    const { attempt: only, from } = context.req.valid('query');
    const location = await ports.history.job(id);
    const look = async () => location && jobStateOf(await readRun(location.runId), id);
    const first = await look();
    if (!first) throw new HttpRefusal('job-not-found', `there is no job "${id}"`);
    if (only !== undefined && only > newestAttempt(first.job)) {
      throw new HttpRefusal('attempt-not-found', `job "${id}" has no attempt ${only}`);
    }
    const position = positionAfter(context.req.valid('header')['last-event-id'] ?? '') ?? { line: from };
    if (position === 'end') return context.newResponse(null, 204);
    // Nobody would read, or let go of, the body that a GET has.
    if (context.req.method === 'HEAD') return context.newResponse(null, 200, streamHeaders);
    if (openStreams >= maxStreams) {
      throw new HttpRefusal(
        'too-many-streams',
        `${maxStreams} logs are being followed already; try again soon`,
        {
          headers: { 'retry-after': '5' },
        },
      );
    }

    const correlationId = context.get('correlationId');
    const disconnected = context.req.raw.signal;
    const stopping = stoppingOf(context);
    const start = only ?? position.attempt;
    openStreams += 1;

    async function send(stream: SSEStreamingApi): Promise<void> {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      const signal = AbortSignal.any([gone.signal, disconnected, ...(stopping ? [stopping] : [])]);
      const ping = setInterval(() => void stream.write(': ping\n\n'), pingMs);
      try {
        await sendLogEvents(stream, ports, {
          first: first as NonNullable<typeof first>,
          look,
          ...(start === undefined ? {} : { attempt: start }),
          only: only !== undefined,
          line: position === 'end' ? 0 : position.line,
          pollMs,
          ...(times && { times }),
          signal,
        });
      } catch (error) {
        if (!signal.aborted)
          ports.log.error({ err: error, correlationId, jobId: id }, 'a log stream broke off');
        await stream.write(`retry: ${retryMs}\n\n`);
      } finally {
        clearInterval(ping);
        openStreams -= 1;
      }
    }

    const response = streamSSE(context, send);
    for (const [name, value] of Object.entries(streamHeaders)) response.headers.set(name, value);
    return response;
  });
}
