import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isolatedGitEnv } from './git-program.ts';

/** Runs `git http-backend` for one request (https://git-scm.com/docs/git-http-backend). */
export async function runHttpBackend(
  request: IncomingMessage,
  response: ServerResponse,
  { repository, path, query }: { repository: { path: string }; path: string; query: string },
): Promise<void> {
  const header = (name: string) => request.headers[name]?.toString() ?? '';
  const child = spawn('git', ['http-backend'], {
    env: {
      ...isolatedGitEnv,
      GIT_PROJECT_ROOT: repository.path,
      PATH_INFO: `/${path}`,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: header('git-protocol'),
      REQUEST_METHOD: request.method,
      QUERY_STRING: query,
      CONTENT_TYPE: header('content-type'),
      // Left out for a chunked body: then the backend reads to the end.
      ...(header('content-length') === '' ? {} : { CONTENT_LENGTH: header('content-length') }),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      REMOTE_USER: 'pusher',
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  response.once('close', () => child.kill());
  // The backend may refuse before it has read everything; its answer says what was wrong.
  pipeline(request, child.stdin).catch(() => {});
  try {
    const { head, rest } = await readCgiHead(child.stdout);
    response.writeHead(head.status, head.headers);
    response.write(rest);
    await pipeline(child.stdout, response);
  } catch {
    // Either side went away in the middle.
    response.destroy();
  }
}

/** The header lines of a CGI answer and the first bytes of its body; the rest stays in the stream. */
async function readCgiHead(stream: Readable) {
  let received = Buffer.alloc(0);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    received = Buffer.concat([received, chunk as Buffer]);
    const end = received.indexOf('\r\n\r\n');
    if (end >= 0)
      return { head: parseCgiHead(received.toString('latin1', 0, end)), rest: received.subarray(end + 4) };
  }
  throw new Error('git http-backend ended without an answer');
}

export function parseCgiHead(text: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of text.split('\r\n')) {
    const [name = '', ...value] = line.split(':');
    if (name.toLowerCase() === 'status') status = Number.parseInt(value.join(':'), 10);
    else headers[name] = value.join(':').trim();
  }
  return { status, headers };
}
