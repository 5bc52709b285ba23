import { createRoute, z } from '@hono/zod-openapi';
import type { TypedResponse } from 'hono';
import type { Log } from '../../log.ts';
import type { History, JobLocation } from '../../runs/history.ts';
import { isFinal } from '../../runs/run.ts';
import { type ApiApp, idParameter, problems } from '../api/api-app.ts';
import { hasCurrent } from '../api/conditional.ts';
import { reportedBody } from '../api/reported-body.ts';
import { removedText } from '../api/wire.ts';
import { HttpRefusal } from '../http-refusal.ts';
import { type FollowTimes, followLog, followTimes, type LogPorts } from './follow-log.ts';
import { type LogPiece, parseLogLine } from './log-piece.ts';
import { attemptQuery, fromLineQuery } from './log-query.ts';

const getLog = createRoute({
  method: 'get',
  path: '/api/v1/jobs/{id}/log',
  summary: "A job's log as text: what there is of it by now",
  request: {
    params: idParameter,
    query: z.strictObject({
      attempt: attemptQuery('The newest one when not given.'),
      from: fromLineQuery('The first line wanted; lines are numbered from 0.'),
      raw: z.stringbool({ error: 'must be true or false' }).default(false).openapi({
        type: 'boolean',
        description:
          'Lines as they are stored: milliseconds since the attempt began, index of the step (- for the runner itself), text. Else text alone.',
      }),
    }),
  },
  responses: {
    200: { description: 'The lines', content: { 'text/plain; charset=utf-8': { schema: z.string() } } },
    ...problems,
  },
});

/** A log that still grows is given as far as it goes: until nothing came for this long, or at most for that long. */
const quietMs = 500;
const snapshotMs = 5_000;

export function addLogTextRoutes(
  app: ApiApp,
  ports: LogPorts & { history: Pick<History, 'job' | 'run' | 'segments'>; log: Pick<Log, 'warn' | 'error'> },
  times: FollowTimes = { ...followTimes, quietMs },
): void {
  async function removedLogOf({ runId, jobId }: JobLocation, attempt: number) {
    if ((await ports.history.segments(jobId, attempt)).length > 0) return undefined;
    const job = (await ports.history.run(runId))?.jobs.find(({ id }) => id === jobId);
    return job?.attempts.find(({ number }) => number === attempt)?.logRemoved;
  }

  app.openapi(getLog, async (context) => {
    const { id } = context.req.valid('param');
    const { attempt: asked, from, raw } = context.req.valid('query');
    const job = await ports.history.job(id);
    if (!job) throw new HttpRefusal('job-not-found', `there is no job "${id}"`);
    const attempt = asked ?? job.attempt;
    if (attempt > job.attempt) {
      throw new HttpRefusal(
        'attempt-not-found',
        `job "${id}" has ${job.attempt} attempts, and no number ${attempt}`,
      );
    }
    const isOver = isFinal(job.status) || attempt < job.attempt;
    const removed = isOver ? await removedLogOf(job, attempt) : undefined;
    if (removed)
      throw new HttpRefusal('log-gone', `the log of job "${job.jobName}" was ${removedText(removed)}`);
    const etag = `"${id}-${attempt}-${from}${raw ? '-raw' : ''}"`;
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': isOver ? 'private, no-cache' : 'no-store',
      ...(isOver ? { etag } : {}),
    };
    /** The type says 200 and text alone: a caller who gets a 304 asked for one. */
    const reply = (body: ReadableStream<Uint8Array> | string | null, status: 200 | 304 = 200) =>
      context.newResponse(body, status, headers) as Response & TypedResponse<string, 200, 'text'>;
    if (isOver && hasCurrent(context.req.header('if-none-match'), etag)) {
      return reply(null, 304);
    }
    if (context.req.method === 'HEAD' || attempt === 0) return reply('');

    const { signal } = context.req.raw;
    const ended = isOver ? AbortSignal.abort() : AbortSignal.timeout(snapshotMs);
    const pieces = followLog(ports, { jobId: id, attempt, from, signal, ended, untilQuiet: true, times });
    const body = reportedBody(textOf(pieces, raw), {
      log: ports.log,
      signal,
      correlationId: context.get('correlationId'),
      what: `the log of job ${id}`,
    });
    return reply(body);
  });
}

async function* textOf(pieces: AsyncIterable<LogPiece>, raw: boolean): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of pieces) {
    if ('missing' in piece) {
      const note = `[hookline: ${piece.missing} lines from line ${piece.firstLine} on are not in the store]`;
      yield encoder.encode(`${raw ? `0 - ${note}` : note}\n`);
    } else {
      const lines = raw ? piece.lines : piece.lines.map((line) => parseLogLine(line).text);
      yield encoder.encode(`${lines.join('\n')}\n`);
    }
  }
}
