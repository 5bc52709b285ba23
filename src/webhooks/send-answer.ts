import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';

/** What a sender of deliveries is told. */
export type Answer = { status: number; body: object; headers: Readonly<Record<string, string>> };

const json = { 'content-type': 'application/json' };
const problemJson = { 'content-type': 'application/problem+json' };
const retryAfterSeconds = '10';

export function accepted(body: { id: string; duplicate?: true }): Answer {
  return { status: 202, body, headers: json };
}

/** It was understood and done, and nothing was written down. */
export function settled(id: string, what: string): Answer {
  return { status: 200, body: { id, settled: what }, headers: json };
}

/** A no, as RFC 9457 wants it. `code` is ours and stable; `detail` is for people and may change. */
export function problem(correlationId: string, status: number, code: string, detail: string): Answer {
  const title = STATUS_CODES[status] ?? 'Error';
  return {
    status,
    body: { type: 'about:blank', title, status, detail, code, correlationId },
    headers: {
      ...problemJson,
      ...(status === 503 ? { 'retry-after': retryAfterSeconds } : {}),
      ...(status === 405 ? { allow: 'POST' } : {}),
    },
  };
}

/** How long a sender that was refused in the middle of its body may go on with it. */
const lingerMs = 5_000;

/** Head and body in one write. Whoever has gone in the meantime is not answered. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  correlationId: string,
  { status, body, headers }: Answer,
): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(text),
    'x-correlation-id': correlationId,
  });
  response.end(text);
  if (!request.complete) discardRest(request);
}

/**
 * The rest of a refused body is received and thrown away: to close on a sender that still writes would reset the
 * connection, and it might lose the answer. One that takes its time with it is cut off.
 */
function discardRest(request: IncomingMessage): void {
  const cutOff = setTimeout(() => request.destroy(), lingerMs);
  request.once('close', () => clearTimeout(cutOff)).resume();
}
