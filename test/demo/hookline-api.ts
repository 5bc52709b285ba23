import type { z } from '@hono/zod-openapi';
import type { jobJson } from '../../src/http/api/job-json.ts';
import type { runJson, runSummaryJson } from '../../src/http/api/run-json.ts';
import { readEvents } from './read-events.ts';

export type RunJson = z.infer<typeof runJson>;
export type JobJson = z.infer<typeof jobJson>;
export type RunSummaryJson = z.infer<typeof runSummaryJson>;

export type LogEvent =
  | { type: 'lines'; firstLine: number; lines: { step: number | null; text: string }[] }
  | { type: 'gap'; firstLine: number; lineCount: number }
  | { type: 'end'; status: string; lines: number };

/** hookline as its users see it: over HTTP, and by nothing else. */
export type HooklineApi = {
  runs(query: Record<string, string>): Promise<RunSummaryJson[]>;
  run(id: string): Promise<RunJson>;
  /** A job's log, live while it runs, until its end. */
  followLog(jobId: string): AsyncGenerator<LogEvent>;
  get(path: string): Promise<Response>;
};

/** No job of the demo takes a tenth of it. */
const logMs = 120_000;
const answerMs = 15_000;

export function hooklineApi(url: string, signal: AbortSignal): HooklineApi {
  async function get(path: string, timeoutMs = answerMs): Promise<Response> {
    const late = new AbortController();
    const slow = new Error(`GET ${path} was not answered to its end within ${timeoutMs / 1000} s`);
    setTimeout(() => late.abort(slow), timeoutMs).unref();
    const response = await fetch(new URL(path, url), { signal: AbortSignal.any([signal, late.signal]) });
    if (!response.ok)
      throw new Error(`GET ${path} was answered with ${response.status}: ${await response.text()}`);
    return response;
  }
  return {
    get: (path) => get(path),
    async runs(query) {
      const response = await get(`/api/v1/runs?${new URLSearchParams(query)}`);
      const page = (await response.json()) as { items: RunSummaryJson[] };
      return page.items;
    },
    async run(id) {
      return (await (await get(`/api/v1/runs/${id}`)).json()) as RunJson;
    },
    async *followLog(jobId) {
      const { body } = await get(`/api/v1/jobs/${jobId}/log/stream`, logMs);
      if (body === null) throw new Error(`the log of job ${jobId} has no body`);
      for await (const { event, data } of readEvents(body)) {
        if (event !== 'lines' && event !== 'gap' && event !== 'end') continue;
        yield { type: event, ...JSON.parse(data) } as LogEvent;
        if (event === 'end') return;
      }
      throw new Error(`the log of job ${jobId} broke off`);
    },
  };
}
