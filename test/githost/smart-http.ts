import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BareRepository } from './bare-repository.ts';
import { type Faults, holdBack } from './faults.ts';
import { isolatedGitEnv } from './git-program.ts';

export interface SmartHttpParts {
  find: (fullName: string) => BareRepository | undefined;
  faults: Faults;
  /** Who may push, and read what is private, as the password of basic authentication; everybody when there is none. */
  token: string | undefined;
  /** Carries out a push; what it does before and after decides about events. */
  aroundPush: (repository: BareRepository, pusher: string, push: () => Promise<void>) => Promise<void>;
}

const requestLine = /^\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/**
 * Git's smart HTTP protocol (https://git-scm.com/docs/http-protocol), spoken by git's own CGI program.
 * Answers false when the request is not for git.
 */
export function smartHttp({ find, faults, token, aroundPush }: SmartHttpParts) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, fullName = '', path = ''] = requestLine.exec(url.pathname) ?? [];
    if (path === '') return false;
    await holdBack(faults);

    const repository = find(fullName);
    const { user, password } = basicAuthentication(request.headers.authorization);
    const pushes = path === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
    const isPublic = repository !== undefined && !repository.isPrivate;
    const mayEnter =
      token === undefined || password === token || (isPublic && !pushes && password === undefined);
    if (faults.gitDown) {
      response.writeHead(503).end('git is down\n');
    } else if (!mayEnter) {
      // GitHub asks for credentials before it says whether a repository exists.
      response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end('Authentication failed\n');
    } else if (repository === undefined) {
      response.writeHead(404).end('Repository not found.\n');
    } else {
      const serve = () => runBackend(request, response, { repository, path, query: url.search.slice(1) });
      if (path === 'git-receive-pack') await aroundPush(repository, pusherOf(repository, user), serve);
      else await serve();
    }
    return true;
  };
}

function basicAuthentication(header: string | undefined): { user?: string; password?: string } {
  const encoded = /^basic (.*)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return {};
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  return { user, password: rest.join(':') };
}

/** A token's user name says nothing; then the owner is taken for the one who pushed. */
function pusherOf({ fullName }: BareRepository, user: string | undefined): string {
  return user && user !== 'x-access-token' ? user : (fullName.split('/')[0] ?? 'somebody');
}

/** Runs `git http-backend` for one request (https://git-scm.com/docs/git-http-backend). */
async function runBackend(
  request: IncomingMessage,
  response: ServerResponse,
  { repository, path, query }: { repository: BareRepository; path: string; query: string },
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
