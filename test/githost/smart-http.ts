import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Access, mayUse } from './access.ts';
import type { BareRepository } from './bare-repository.ts';
import { basicAuthentication } from './basic-authentication.ts';
import { type Faults, holdBack } from './faults.ts';
import { runHttpBackend } from './http-backend.ts';

export interface SmartHttpParts {
  find: (fullName: string) => BareRepository | undefined;
  faults: Faults;
  /** Who may push, and read what is private, by the password of basic authentication. */
  access: Access;
  /** Carries out a push; what it does before and after decides about events. */
  aroundPush: (repository: BareRepository, pusher: string, push: () => Promise<void>) => Promise<void>;
}

const requestLine = /^\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/**
 * Git's smart HTTP protocol (https://git-scm.com/docs/http-protocol), spoken by git's own CGI program.
 * Answers false when the request is not for git.
 */
export function smartHttp({ find, faults, access, aroundPush }: SmartHttpParts) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, fullName = '', path = ''] = requestLine.exec(url.pathname) ?? [];
    if (path === '') return false;
    await holdBack(faults);

    const repository = find(fullName);
    const { user, password } = basicAuthentication(request.headers.authorization);
    const pushes = path === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
    const isPublic = repository !== undefined && !repository.isPrivate;
    const wanted = { contents: pushes ? 'write' : 'read' } as const;
    const mayEnter =
      mayUse(access, password, fullName, wanted) || (isPublic && !pushes && password === undefined);
    if (faults.gitDown) {
      response.writeHead(503).end('git is down\n');
    } else if (!mayEnter) {
      // GitHub asks for credentials before it says whether a repository exists.
      response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end('Authentication failed\n');
    } else if (repository === undefined) {
      response.writeHead(404).end('Repository not found.\n');
    } else {
      const serve = () => runHttpBackend(request, response, { repository, path, query: url.search.slice(1) });
      if (path === 'git-receive-pack') await aroundPush(repository, pusherOf(repository, user), serve);
      else await serve();
    }
    return true;
  };
}

/** A token's user name says nothing; then the owner is taken for the one who pushed. */
function pusherOf({ fullName }: BareRepository, user: string | undefined): string {
  return user && user !== 'x-access-token' ? user : (fullName.split('/')[0] ?? 'somebody');
}
