import { STATUS_CODES } from 'node:http';
import type { WrongParameter } from './http-refusal.ts';

export type Problem = {
  status: number;
  code: string;
  detail: string;
  correlationId: string;
  parameters?: readonly WrongParameter[];
};

/** An error as RFC 9457 wants it. `code` is ours and stable; `detail` is for people and may change. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  const { status, code, detail, correlationId, parameters } = problem;
  const title = STATUS_CODES[status] ?? 'Error';
  const body = { type: 'about:blank', title, status, detail, code, correlationId, parameters };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-correlation-id': correlationId,
      ...headers,
    },
  });
}
