import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

/** What is kept in Git LFS, by the SHA-256 of what it should be. */
export type LfsObjects = Map<string, Buffer>;

const requestLine = /^\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/info\/lfs\/objects\/(batch|[0-9a-f]{64})$/;
const mediaType = 'application/vnd.git-lfs+json';

/**
 * The batch API of Git LFS for downloads, and the downloads themselves, as far as a client that is not git-lfs needs them.
 * Answers false when the request is not for it. https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
 */
export function lfsApi(parts: {
  objects: LfsObjects;
  mayRead: (fullName: string, request: IncomingMessage) => boolean;
}) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const [, fullName = '', what = ''] = requestLine.exec(request.url ?? '') ?? [];
    if (what === '') return false;
    answer(request, response, fullName, what).catch(() => response.destroy());
    return true;
  };

  async function answer(request: IncomingMessage, response: ServerResponse, fullName: string, what: string) {
    const say = (status: number, value: object) =>
      response.writeHead(status, { 'content-type': mediaType }).end(JSON.stringify(value));
    if (!parts.mayRead(fullName, request)) return say(401, { message: 'Credentials needed' });
    if (what !== 'batch') {
      const found = parts.objects.get(what);
      return found === undefined ? say(404, { message: 'Not found' }) : response.end(found);
    }
    const { accept, host } = request.headers;
    if (accept !== mediaType || request.headers['content-type'] !== mediaType) {
      return say(406, { message: `Speak ${mediaType}` });
    }
    const { operation, objects } = (await json(request)) as {
      operation: string;
      objects: { oid: string; size: number }[];
    };
    if (operation !== 'download') return say(422, { message: 'Only downloads' });
    const address = `http://${host}/${fullName}.git/info/lfs/objects`;
    return say(200, {
      transfer: 'basic',
      objects: objects.map(({ oid, size }) =>
        parts.objects.has(oid)
          ? { oid, size, actions: { download: { href: `${address}/${oid}` } } }
          : { oid, size, error: { code: 404, message: 'Object does not exist' } },
      ),
    });
  }
}

/** Keeps the content, and gives the pointer file that stands for it in a commit. */
export function keepInLfs(objects: LfsObjects, content: string | Buffer): string {
  const bytes = Buffer.from(content);
  const oid = createHash('sha256').update(bytes).digest('hex');
  objects.set(oid, bytes);
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`;
}
