import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';

export type SentLine = { atMs: number; step: number | null; text: string };

/** The pages over real HTTP, with a stream of logs whose lines a test writes one by one. */
export type LogServer = {
  readonly url: string;
  readonly connections: () => number;
  append(jobId: string, lines: readonly SentLine[]): void;
  changed(jobId: string): void;
  end(jobId: string, status: string): void;
  /** Breaks every open stream off, as a proxy that restarts does. */
  breakOff(): void;
  close(): Promise<void>;
};

type JobLog = { lines: SentLine[]; ended?: string; changes: number; listeners: Set<() => void> };

const batchLines = 500;

export async function startLogServer(pages: Hono): Promise<LogServer> {
  const logs = new Map<string, JobLog>();
  let connections = 0;
  let breaks = 0;
  const logOf = (jobId: string): JobLog => {
    const log = logs.get(jobId) ?? { lines: [], changes: 0, listeners: new Set() };
    logs.set(jobId, log);
    return log;
  };
  const wake = (log: JobLog) => {
    for (const listener of log.listeners) listener();
  };

  const app = new Hono();
  app.get('/api/v1/jobs/:id/log', (context) =>
    context.text(
      logOf(context.req.param('id'))
        .lines.map(({ text }) => `${text}\n`)
        .join(''),
    ),
  );
  app.get('/api/v1/jobs/:id/log/stream', (context) => {
    const log = logOf(context.req.param('id'));
    connections += 1;
    const broken = breaks;
    return streamSSE(context, async (stream) => {
      let next = Number(context.req.query('from') ?? 0);
      let told = log.changes;
      while (!stream.aborted && breaks === broken) {
        const woken = new Promise<void>((resolve) => {
          log.listeners.add(resolve);
          stream.onAbort(resolve);
        });
        while (next < log.lines.length) {
          const lines = log.lines.slice(next, next + batchLines);
          await stream.writeSSE({
            event: 'lines',
            id: `1-${next + lines.length - 1}`,
            data: JSON.stringify({ attempt: 1, firstLine: next, lines }),
          });
          next += lines.length;
        }
        if (told !== log.changes) {
          told = log.changes;
          await stream.writeSSE({ event: 'state', data: '{}' });
        }
        if (log.ended !== undefined) {
          await stream.writeSSE({ event: 'end', id: '1-end', data: JSON.stringify({ status: log.ended }) });
          return;
        }
        await woken;
      }
    });
  });
  app.route('/', pages);

  const { server, port } = await new Promise<{ server: ReturnType<typeof serve>; port: number }>(
    (resolve) => {
      const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info) =>
        resolve({ server: started, port: info.port }),
      );
    },
  );

  function breakOff(): void {
    breaks += 1;
    for (const log of logs.values()) wake(log);
  }

  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    append(jobId, lines) {
      const log = logOf(jobId);
      log.lines = log.lines.concat(lines);
      wake(log);
    },
    changed(jobId) {
      const log = logOf(jobId);
      log.changes += 1;
      wake(log);
    },
    end(jobId, status) {
      const log = logOf(jobId);
      log.ended = status;
      wake(log);
    },
    breakOff,
    async close() {
      breakOff();
      await new Promise((resolve) => {
        server.close(resolve);
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}
